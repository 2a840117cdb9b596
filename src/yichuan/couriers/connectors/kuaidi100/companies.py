"""Our courier codes ↔ Kuaidi100's, from the catalogue, and whose waybills it gives out.

`waybill_couriers.csv` holds the couriers of China with whom 电子面单 is common; Kuaidi100 tracks
many more.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import Final

from yichuan.couriers.catalogue import entries

_TABLE = resources.files(__package__).joinpath("waybill_couriers.csv").read_text("utf-8")


OURS_TO_THEIRS: Final[dict[str, str]] = {
    entry.code: entry.kuaidi100[0] for entry in entries().values() if entry.kuaidi100
}
THEIRS_TO_OURS: Final[dict[str, str]] = {
    code: entry.code for entry in entries().values() for code in entry.kuaidi100
}
WAYBILLS: Final = frozenset(row["courier"] for row in csv.DictReader(_TABLE.splitlines()))
