"""Who is asked for when not all can be: pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def shares(waiting: Mapping[K, int], budget: int) -> dict[K, int]:
    """Calls for each: as equal as can be, nobody more than it has waiting, none left over.

    Those named first get the odd ones. The order should move on from round to round.
    """
    given = dict.fromkeys(waiting, 0)
    left = min(budget, sum(waiting.values()))
    while left > 0:
        hungry = [key for key, n in waiting.items() if n > given[key]]
        each = max(1, left // len(hungry))
        for key in hungry:
            more = min(each, waiting[key] - given[key], left)
            given[key] += more
            left -= more
    return given


def bundles(items: Mapping[K, Sequence[T]], size: int) -> list[tuple[K, list[T]]]:
    """What goes into one query each: items of one kind, at most `size`."""
    return [
        (kind, list(some[start : start + size]))
        for kind, some in items.items()
        for start in range(0, len(some), size)
    ]
