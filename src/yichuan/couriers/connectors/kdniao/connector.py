"""快递鸟 KDNiao: one API to most couriers of China."""

from __future__ import annotations

import csv
from importlib.resources import files

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of, skimmer_of


def _waybill_couriers() -> frozenset[str]:
    """Couriers whose numbers KDNiao gives out (电子面单); it tracks many more."""
    text = (files("yichuan.couriers.connectors.kdniao") / "waybill_couriers.csv").read_text("utf-8")
    return frozenset(row["courier"] for row in csv.DictReader(text.splitlines()))


WAYBILLS = _waybill_couriers()
CONNECTOR = Connector(
    name="kdniao",
    zh="快递鸟",
    en="KDNiao",
    kind="aggregator",
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "balance": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
        "pickup": "documents",
        "recognise": "documents",
        "rate": "simulator",
        "forecast": "documents",
    },
    only={"number": WAYBILLS, "label": WAYBILLS, "cancel": WAYBILLS, "balance": WAYBILLS},
    endpoint="https://api.kdniao.com",
    sandbox="http://sandboxapi.kdniao.com:8080/kdniaosandbox/gateway/exterfaceInvoke.json",
    credentials=(
        CredentialField("public_id", "用户 ID (EBusinessID)", "EBusinessID"),
        CredentialField("secret", "API key (AppKey)", "AppKey", secret=True),
        CredentialField(
            "plan", "套餐 (plus 增值版 / free 免费版)", "Plan (plus or free)", required=False
        ),
    ),
    open=client_of("kdniao", "KdniaoClient"),
    tells_own=True,
    door=door_of("kdniao", "KdniaoDoor"),
    skimmer=skimmer_of("kdniao", "KdniaoSkimmer"),
    account_fields=("customer_name", "customer_password", "branch_code", "month_code"),
    per_second=20.0,
    per_day=30_000,
    sources=(
        "apifox.com docs-site 2538027 (the manual's copy)",
        "github.com/wannvmi/Kdniao.Core official-demo",
        "KDNiao's MCP server of 2025 (forms of 2002 and 6004)",
        "public code: KDNBusiness, a client of the paid pickups (1801, 1802, 1815)",
    ),
    notes_zh="上门取件：账号带电子面单客户号或月结号时走 1001/1004，否则走快递鸟代付的 1801/1802；"
    "预估运费 (1815) 是代付上门取件的价格。时效预测、单号识别、增值版查询需在后台开通。",
    notes_en="Pickups: with a customer code or monthly account they go by the contract (1001,"
    " 1004), else they are paid through KDNiao (1801, 1802), whose prices 1815 tells. Forecasts,"
    " recognition and the paid queries are opened in KDNiao's console.",
)
