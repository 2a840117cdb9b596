"""How names are used: which districts people name without 区, and which words mislead.

`data/usage.csv`, compiled from general knowledge. Uses: `well_known` (a unique district or county
often named without its suffix), `misleading` (a short form that as often begins the name of a road,
a village or a firm), `twofold` (a city's short form that as often means a better known district),
`generic` (an official name that elsewhere only means a part of the town), `everywhere` (a road that
most towns have: not even a guess).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from yichuan.regions.divisions import packaged_rows


class Use(StrEnum):
    """A use of a name, see above."""

    WELL_KNOWN = "well_known"
    MISLEADING = "misleading"
    TWOFOLD = "twofold"
    GENERIC = "generic"
    EVERYWHERE = "everywhere"


@lru_cache(maxsize=1)
def _uses() -> dict[str, str]:
    return {row["name"]: row["use"] for row in packaged_rows("usage.csv")}


def used_as(name: str, use: Use) -> bool:
    """Whether the name is listed with this use."""
    return _uses().get(name) == use
