"""Our courier codes ↔ Kuaidi100's (`couriers.csv`, from the vendor's list of 2023-08-16)."""

from __future__ import annotations

import csv
from importlib import resources
from typing import Final

_TABLE = resources.files(__package__).joinpath("couriers.csv").read_text("utf-8")

OURS_TO_THEIRS: Final[dict[str, str]] = {
    row["courier"]: row["code"] for row in csv.DictReader(_TABLE.splitlines())
}
THEIRS_TO_OURS: Final[dict[str, str]] = {code: ours for ours, code in OURS_TO_THEIRS.items()}
