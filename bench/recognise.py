"""单号识别: how often the right courier is named first, and among the first three.

    python -m bench.recognise

Prints one JSON object. The numbers are `bench/labels/numbers.csv`: numbers left in public code,
labelled by the answer or address they stood in, the last four digits made 0 (no courier's format
here looks at them). A hash of the whole number put each into "seen", which was looked at while
formats were written, or "held"; the kinds of error in "held" were looked at once, so it is not
blind. The published pattern table and its examples come from YICHUAN_DATA (default
../shared/data).

"cold" knows formats alone. "platform" has learned the seen half and is asked for the held one.
"merchant" is asked for each number after a merchant's shipments with the same courier: all its
other numbers in the file. "mixed" is a merchant that ships with two couriers, the other one the
commonest. `abroad` are the published examples of formats with check digits, which the formats
were made from. The peer is the published pattern table read from the top, as public code does.
"""

from __future__ import annotations

import csv
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from yichuan.couriers.recognise import Learned, count, formats, item_of_post, recognise, tidy

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
LABELS = Path(__file__).parent / "labels" / "numbers.csv"
MIN_OWN = 5
"""Numbers a courier must have in the file to be shipped by a merchant."""


class Case(NamedTuple):
    """A number and whose it is."""

    courier: str
    number: str
    held: bool = False
    """Not looked at while formats were written."""


Ask = Callable[[Case], Sequence[str]]


def cases() -> list[Case]:
    """The numbers of the file."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return [
            Case(row["courier"], tidy(row["number"]), row["set"] == "held")
            for row in csv.DictReader(lines)
        ]


def learned(confirmed: Iterable[Case], *, merchant: bool) -> Learned:
    """Counts of confirmed shipments."""
    shapes: dict[str, dict[str, int]] = {}
    for (shape, courier), n in count([(c.courier, c.number) for c in confirmed]).items():
        shapes.setdefault(shape, {})[courier] = n
    return Learned({}, shapes) if merchant else Learned(shapes)


def named(number: str, known: Learned | None = None) -> list[str]:
    """Candidates, best first."""
    found = recognise(number, known) if known else recognise(number)
    return [one.courier for one in found.candidates]


def scored(wanted: Sequence[Case], ask: Ask) -> dict[str, object]:
    """Shares that are right first and among three; what was taken for what."""
    first = three = 0
    wrong: Counter[str] = Counter()
    for case in wanted:
        found = list(ask(case))
        first += found[:1] == [case.courier]
        three += case.courier in found[:3]
        if found[:1] != [case.courier]:
            wrong[f"{case.courier} as {found[0] if found else 'none'}"] += 1
    whole = max(1, len(wanted))
    return {
        "numbers": len(wanted),
        "top1": first,
        "top3": three,
        "top1_share": round(first / whole, 3),
        "top3_share": round(three / whole, 3),
        "wrong": dict(wrong.most_common(8)),
    }


def certain(wanted: Sequence[Case]) -> dict[str, int]:
    """Answers that may be used without asking: how many, and how many of them are wrong."""
    told = [(case.courier, recognise(case.number).certain) for case in wanted]
    return {
        "certain": sum(courier is not None for _, courier in told),
        "certain_but_wrong": sum(courier not in (None, right) for right, courier in told),
    }


def table() -> dict[str, object]:
    """The published patterns."""
    path = DATA / "tracking_number_patterns.json"
    found: dict[str, object] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def by_table(patterns: dict[str, object]) -> Ask:
    """The peer: couriers whose published pattern fits, in the order of the table."""
    rows = patterns.get("domestic_cn", [])
    assert isinstance(rows, list)
    known = [
        (row["shipper_code"], re.compile(pattern["regex"]))
        for row in rows
        for pattern in row["patterns"]
        if "do not use" not in pattern["note"]
    ]

    def ask(case: Case) -> Sequence[str]:
        return list(dict.fromkeys(code for code, form in known if form.fullmatch(case.number)))

    return ask


def abroad(patterns: dict[str, object]) -> dict[str, object]:
    """The published examples of formats with check digits."""
    rows = patterns.get("international", [])
    assert isinstance(rows, list)
    couriers = {form.id: form.courier for form in formats()}
    wanted = []
    for row in rows:
        for example in row["examples_valid"]:
            number = tidy(example)
            post = item_of_post(number) if row["id"] == "s10" else None
            courier = post[0] if post else couriers.get(row["id"])
            if courier is not None:
                wanted.append(Case(courier, number))
    return scored(wanted, lambda case: named(case.number))


def mixed(wanted: Sequence[Case]) -> Ask:
    """A merchant of each number's courier and the commonest other one."""
    sizes = Counter(case.courier for case in wanted)

    def ask(case: Case) -> Sequence[str]:
        other = next(code for code, _ in sizes.most_common() if code != case.courier)
        mine = [c for c in wanted if c.courier in (case.courier, other) and c != case]
        return named(case.number, learned(mine, merchant=True))

    return ask


def speed(wanted: Sequence[Case]) -> int:
    """Numbers a second on one core, nothing learned."""
    rounds = max(1, 20_000 // max(1, len(wanted)))
    started = time.perf_counter()
    for _ in range(rounds):
        for case in wanted:
            recognise(case.number)
    return round(rounds * len(wanted) / (time.perf_counter() - started))


def main() -> None:
    """Print the figures."""
    every, patterns = cases(), table()
    held = [case for case in every if case.held]
    seen = [case for case in every if not case.held]
    sizes = Counter(case.courier for case in every)
    owned = [case for case in every if sizes[case.courier] >= MIN_OWN]
    platform = learned(seen, merchant=False)

    def own(case: Case) -> Sequence[str]:
        mine = [c for c in owned if c.courier == case.courier and c != case]
        return named(case.number, learned(mine, merchant=True))

    cold: Ask = lambda case: named(case.number)  # noqa: E731
    print(
        json.dumps(
            {
                "bench": "recognise",
                "missing": [] if patterns else ["tracking_number_patterns.json"],
                "held": {"cold": scored(held, cold), **certain(held)},
                "held_peer": scored(held, by_table(patterns)),
                "held_platform": scored(held, lambda case: named(case.number, platform)),
                "seen": {"cold": scored(seen, cold), **certain(seen)},
                "merchant": scored(owned, own),
                "mixed": scored(owned, mixed(owned)),
                "abroad": abroad(patterns),
                "per_second": speed(every),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
