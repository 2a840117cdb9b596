"""What kind of courier a name tells of; `catalogue/fixes.csv` corrects single ones by hand."""

from __future__ import annotations

import re

from catalogue_names import CJK

COLD = re.compile(r"冷链|冷运|冷藏|cold ?chain|生鲜配送", re.I)
CITY = re.compile(r"同城|闪送|跑腿|即时配送|点我达|达达|蜂鸟|帮送|领送送")
POST = re.compile(
    r"邮政|邮局|\bpost(?!nord|haste|e?x)|\bposta\b|\bposte\b|correios?|correos|\bEMS\b|USPS", re.I
)
ABROAD = re.compile(
    r"国际|转运|海淘|海购|跨境|集运|全球|环球|专线|代购|直邮|快线|海外|出口|美国|美中|中美|日本|韩国|澳洲|"
    r"澳大利亚|英国|德国|法国|加拿大|新西兰|俄罗斯|中欧|欧洲|非洲|美洲|南美|东南亚|泰国|越南|香港|台湾|"
    r"马来|新加坡|印尼|菲律宾|international|global|cross.?border|overseas",
    re.I,
)
FREIGHT = re.compile(
    r"物流|快运|货运|零担|大件|整车|专车|运输|供应链|freight|trucking|\bLTL\b", re.I
)


def kind_of_kdniao(name: str, given: str) -> str:
    """Our kind of a KDNiao courier; `given` is the table's guess."""
    base = {"cross-border": "cross_border", "coldchain": "cold_chain"}.get(given, given)
    if COLD.search(name):
        return "cold_chain"
    if CITY.search(name):
        return "same_city"
    if base in ("international", "cross_border") and POST.search(name):
        return "postal"
    return base


def kind_of_kuaidi100(name: str, given: str) -> str:
    """Our kind of a courier that only Kuaidi100 names; `given` is its 国内运输商, … ."""
    if given == "国际邮政":
        return "postal"
    if given == "国际运输商":
        return "cross_border" if CJK.search(name) else "international"
    if COLD.search(name):
        return "cold_chain"
    if CITY.search(name):
        return "same_city"
    if ABROAD.search(name):
        return "cross_border"
    return "freight" if FREIGHT.search(name) else "domestic"


def kind_of_track17(name: str, key: int, country: str) -> str:
    """Our kind of a courier that only 17TRACK names. Its numbers below 100000 are posts, those
    from 190000 mostly Chinese cross-border lines."""
    if key < 100_000:
        return "postal"
    if country == "CN":
        return "cold_chain" if COLD.search(name) else "cross_border"
    return "international"
