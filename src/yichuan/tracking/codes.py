"""Couriers' own status codes → unified details: one function over all documented tables.

A courier we have a connector for has its table there; `codes.csv` has the others'. Both name the
source of each row:

- OLTS: github.com/open-logistics-tracking/OLTS, status mappings, CC BY 4.0; rows marked
  "OLTS changed" are corrected here (a station handing out is a delivery, a security check of a
  domestic parcel is no customs inspection, "other" is no exception).
- SF: opcode names from a public client of SF's open platform; the details are ours. OLTS numbers
  SF's opcodes otherwise, from a secondary source: only its statusCode rows are here.
- TRACKINGMORE (51tracking): trackingmore.com/docs/logistics_status.php; ALIYUN: states seen in
  public samples of the cloud market's API; the details are ours.
- KDNIAO, KUAIDI100: state names from the vendors' manuals and demos; the details are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from yichuan.couriers.connectors.codes import Row, code_rows, details_by_code, read_rows
from yichuan.couriers.connectors.registry import connectors

ALIASES = {
    "JDL": "JD",
    "JDKY": "JD",
    "JTEXPRESS": "JTSD",
    "YUNDA": "YD",
    "DEPPON": "DBL",
    "CAINIAO": "CNCY",
    "51TRACKING": "TRACKINGMORE",
}
"""Other names of the connectors, and couriers that share a table."""


def detail_of_code(connector: str, code: str) -> str | None:
    """The detail a code means, None when the table is not known or has no such code.

    `connector` is a courier's code (SF, ZTO, …) or an aggregator's name (kdniao, kuaidi100), in any
    case. A code may be given without the name of its list (`scan:1` as `1`) where that is clear.
    """
    name = connector.upper()
    return _tables().get(ALIASES.get(name, name), {}).get(code.strip())


def all_rows() -> list[tuple[str, Row]]:
    """Every row of every table with the courier or aggregator it is of."""
    source = resources.files(__package__).joinpath("codes.csv").read_text("utf-8")
    rows = [(row["connector"].upper(), row) for row in read_rows(source)]
    for one in connectors().values():
        direct = one.kind == "direct" and one.couriers is not None
        owners = one.couriers if direct and one.couriers else (one.name.upper(),)
        found = code_rows(one.name)
        rows += [(owner, row) for owner in owners for row in found]
    return rows


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    """Courier or aggregator → code → detail."""
    grouped: dict[str, list[Row]] = {}
    for owner, row in all_rows():
        grouped.setdefault(owner, []).append(row)
    return {owner: details_by_code(rows) for owner, rows in grouped.items()}
