"""Couriers' own status codes → unified details: one function over all documented tables.

`codes.csv` names the source of each row:

- OLTS: github.com/open-logistics-tracking/OLTS, status mappings, CC BY 4.0; rows marked
  "OLTS changed" are corrected here (a station handing out is a delivery, a security check of a
  domestic parcel is no customs inspection, "other" is no exception).
- SF: opcode names from a public client of SF's open platform; the details are ours.

Aggregators' codes are in their connectors.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from yichuan.couriers.connectors.kdniao import traces as kdniao
from yichuan.couriers.connectors.kuaidi100 import parse as kuaidi100

ALIASES = {
    "JDL": "JD",
    "JDKY": "JD",
    "JTEXPRESS": "JTSD",
    "YUNDA": "YD",
    "DEPPON": "DBL",
    "CAINIAO": "CNCY",
    "YZPY": "EMS",
}
"""Other names of the connectors, and couriers that share a table."""


def detail_of_code(connector: str, code: str) -> str | None:
    """The detail a code means, None when the table is not known or has no such code.

    `connector` is a courier's code (SF, ZTO, …) or an aggregator's name (kdniao, kuaidi100), in any
    case. A code may be given without the name of its list (`scan:1` as `1`) where that is clear.
    """
    name = connector.upper()
    if name == "KDNIAO":
        return kdniao.detail_of(code)
    if name == "KUAIDI100":
        return kuaidi100.detail_of(code)
    table = _tables().get(ALIASES.get(name, name), {})
    return table.get(code.strip())


@cache
def _tables() -> dict[str, dict[str, str]]:
    """Connector → code → detail, with bare codes added where only one list has them."""
    source = resources.files(__package__).joinpath("codes.csv").read_text("utf-8")
    tables: dict[str, dict[str, str]] = {}
    bare: dict[str, dict[str, set[str]]] = {}
    for row in csv.DictReader(source.splitlines()):
        connector, code, detail = row["connector"].upper(), row["code"], row["detail"]
        tables.setdefault(connector, {})[code] = detail
        if ":" in code:
            short = code.partition(":")[2]
            bare.setdefault(connector, {}).setdefault(short, set()).add(detail)
    for connector, codes in bare.items():
        for short, found in codes.items():
            if len(found) == 1:
                tables[connector].setdefault(short, next(iter(found)))
    return tables
