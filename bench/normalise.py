"""Reading courier texts: how many events and parcels are right, and how many texts a second.

    python -m bench.normalise [--texts FILE]

Prints one JSON object. Real traces come from YICHUAN_DATA (default ../shared/data). An event
counts when its label is certain; a parcel is right when its milestone is that of its last counted
event that has one. "templates" are texts without digits and names in brackets, each counted once.
"without_own_words" leaves one courier out at a time: rules are global and written by hand, so each
courier is read with only those patterns of the lexicon that some other courier's texts use too, or
that none of these texts use: a lower bound for a courier never seen. "phrases" are the sentences of
tests/tracking/phrases.csv: "tuned" were looked at while the rules were written, "held" were not.
"code_names" are the Chinese names in couriers' own code tables against what
the tables say they mean; nothing was fitted to them. Speed is on one core in CPU seconds, every
text different. `--texts` reads one more labelled file as well, each line a track in the form of the
real traces (`carrier`, and `events` oldest first with `text`, `detail`, perhaps `time` and
`ambiguous`), and shows it under "given".
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from yichuan.couriers.connectors.times import courier_time
from yichuan.tracking.cities import city
from yichuan.tracking.codes import all_rows
from yichuan.tracking.details import milestone_of
from yichuan.tracking.lexicon import Entry, Lexicon, read_lexicon
from yichuan.tracking.merge import TrackEvent, derive
from yichuan.tracking.normalise import Reader, detail_of_text, in_order, reader, remembered
from yichuan.tracking.places import is_city_hub

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
PHRASES = Path(__file__).parents[1] / "tests" / "tracking" / "phrases.csv"
Track = dict[str, object]
Read = Callable[[str], str]


def tracks(path: Path = DATA / "traces_real.jsonl") -> list[Track]:
    """The real traces, or those of another file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def counted(event: dict[str, str]) -> bool:
    """Whether the label is certain."""
    return not event.get("ambiguous") and event.get("detail") is not None


def read_track(events: list[dict[str, str]], read: Read) -> list[str]:
    """Details of a track's events, in the order given."""
    return in_order([read(event["text"]) for event in events])


def template(text: str) -> str:
    """A text without what differs from parcel to parcel."""
    return re.sub(r"\d+", "0", re.sub(r"[【\[(（][^】\])）]*[】\])）]", "[]", text))


def quality(of: Iterable[Track], read: Read) -> dict[str, object]:
    """Events, templates and parcels right, and what was taken for what."""
    events = right = parcels = good = 0
    templates: dict[tuple[str, str], bool] = {}
    wrong: Counter[str] = Counter()
    for track in of:
        rows = track["events"]
        assert isinstance(rows, list)
        details = read_track(rows, read)
        for row, detail in zip(rows, details, strict=True):
            if counted(row):
                same = detail == row["detail"]
                events, right = events + 1, right + same
                key = (template(row["text"]), row["detail"])
                templates[key] = templates.get(key, True) and same
                if not same:
                    wrong[f"{row['detail']} -> {detail}"] += 1
        wanted = [m for row in rows if counted(row) and (m := milestone_of(row["detail"]))]
        if wanted:
            parcels, good = parcels + 1, good + (whole(rows, details) == wanted[-1])
    return {
        "events": events,
        "events_right": share(right, events),
        "templates": len(templates),
        "templates_right": share(sum(templates.values()), len(templates)),
        "parcels": parcels,
        "parcels_right": share(good, parcels),
        "confusion": dict(wrong.most_common()),
    }


def whole(rows: list[dict[str, str]], details: list[str]) -> str | None:
    """The milestone of a track, of its counted events only."""
    return derive(
        TrackEvent(moment(row, place), row["text"], detail)
        for place, (row, detail) in enumerate(zip(rows, details, strict=True))
        if counted(row)
    ).milestone


def moment(row: dict[str, str], place: int) -> datetime:
    """When a scan was; one an hour where a given file has no times."""
    if row.get("time"):
        return courier_time(row["time"])
    return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=place)


def share(part: int, of: int) -> float:
    """To four places."""
    return round(part / of, 4) if of else 0.0


def owners(entries: list[Entry]) -> Callable[[str], str | None]:
    """Which pattern takes given words."""

    @cache
    def owner(words: str) -> str | None:
        return next((e.pattern for e in entries if re.fullmatch(e.pattern, words)), None)

    return owner


def without_own_words(all_tracks: list[Track]) -> dict[str, object]:
    """Each courier read without the words that only its own texts use."""
    full = reader()
    entries = read_lexicon("lexicon.csv")
    owner = owners(entries)
    users: dict[str | None, set[str]] = {}
    for track in all_tracks:
        for row in track["events"]:  # type: ignore[attr-defined]
            for words in full.chinese.find("".join(row["text"].split())):
                users.setdefault(owner(words), set()).add(str(track["carrier"]))
    events = right = 0
    lowest: dict[str, float] = {}
    for courier in sorted({str(track["carrier"]) for track in all_tracks}):
        kept = [entry for entry in entries if users.get(entry.pattern) != {courier}]
        part = Reader(full.signals, Lexicon(kept, full.signals), full.english, full.rules)
        own = [track for track in all_tracks if track["carrier"] == courier]
        found = quality(own, lambda text, part=part: read_with(part, text))  # type: ignore[misc]
        assert isinstance(found["events"], int)
        assert isinstance(found["events_right"], float)
        events += found["events"]
        right += round(found["events"] * found["events_right"])
        lowest[courier] = found["events_right"]
    return {"events_right": share(right, events), "by_courier": lowest}


def read_with(part: Reader, text: str) -> str:
    """As `detail_of_text`, with another reader."""
    detail = part.decide(part.mask(text))
    return "arrived_at_hub" if detail == "arrived_at_destination" and is_city_hub(text) else detail


def phrases() -> dict[str, object]:
    """Sentences judged by hand, none of them from the traces, by part."""
    lines = PHRASES.read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    found: dict[str, object] = {}
    for part in ("tuned", "held"):
        read = [(detail_of_text(r["text"]), r["detail"]) for r in rows if r["part"] == part]
        wrong = Counter(f"{wanted} -> {got}" for got, wanted in read if got != wanted)
        found[part] = {
            "phrases": len(read),
            "details_right": share(sum(a == b for a, b in read), len(read)),
            "milestones_right": share(
                sum(milestone_of(a) == milestone_of(b) for a, b in read), len(read)
            ),
            "confusion": dict(wrong.most_common()),
        }
    return found


def code_names() -> dict[str, object]:
    """Chinese names of couriers' own codes, read as if they were texts."""
    rows = [row for _, row in all_rows() if (row.get("source") or "").startswith("OLTS")]
    names = [row for row in rows if re.search(r"[一-鿿]", row["name"])]
    read = [(detail_of_text(re.sub(r"\s*\([^)]*\)$", "", r["name"])), r["detail"]) for r in names]
    return {
        "names": len(read),
        "details_right": share(sum(a == b for a, b in read), len(read)),
        "milestones_right": share(
            sum(milestone_of(a) == milestone_of(b) for a, b in read), len(read)
        ),
    }


def speed(all_tracks: list[Track]) -> dict[str, object]:
    """Texts a second; digits and a place's name differ in each."""
    rng = random.Random(7)
    base = [row["text"] for track in all_tracks for row in track["events"]]  # type: ignore[attr-defined]
    texts = list(dict.fromkeys(vary(text, rng) for _ in range(150) for text in base if text))
    remembered.cache_clear()
    return {
        "texts": len(texts),
        "details_per_second": rate(detail_of_text, texts),
        "cities_per_second": rate(city, texts),
        "repeated_details_per_second": rate(detail_of_text, texts[-5000:] * 10),
    }


def vary(text: str, rng: random.Random) -> str:
    """The same sentence about another parcel."""
    other = "".join(str(rng.randrange(10)) if char.isdigit() else char for char in text)
    place = rng.choice("甲乙丙丁戊己庚辛壬癸") + str(rng.randrange(10**6))
    return re.sub(r"[】\]]", lambda m: place + m[0], other, count=1)


def rate(read: Callable[[str], object], texts: list[str]) -> int:
    """Calls a CPU second."""
    start = time.process_time()
    for text in texts:
        read(text)
    return round(len(texts) / (time.process_time() - start))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Reading courier texts.")
    parser.add_argument("--texts", type=Path, help="one more labelled file, JSON lines")
    given: Path | None = parser.parse_args().texts
    all_tracks = tracks()
    start = time.process_time()
    reader()
    compiled = time.process_time() - start
    print(
        json.dumps(
            {
                "bench": "normalise",
                **quality(all_tracks, detail_of_text),
                **({"given": quality(tracks(given), detail_of_text)} if given else {}),
                "phrases": phrases(),
                "without_own_words": without_own_words(all_tracks),
                "code_names": code_names(),
                "load_seconds": round(compiled, 3),
                **speed(all_tracks),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
