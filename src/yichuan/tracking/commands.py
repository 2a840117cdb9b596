"""`yichuan tracking …`: courier texts in, milestones out; old months out and back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from yichuan.couriers.connectors.times import courier_time
from yichuan.tracking.cities import city
from yichuan.tracking.codes import detail_of_code
from yichuan.tracking.details import milestone_of
from yichuan.tracking.merge import TrackEvent, derive
from yichuan.tracking.normalise import detail_of_event, in_order

tracking_app = typer.Typer(no_args_is_help=True)

Line = dict[str, Any]
BOM = b"\xef\xbb\xbf"


class BadLine(ValueError):
    """A line that is JSON but not what is asked for."""


@tracking_app.callback()
def tracking() -> None:
    """Tracking 物流轨迹."""


@tracking_app.command()
def normalise() -> None:
    """Read courier texts as milestones: JSON lines on stdin, JSON lines on stdout.

    In: {"courier": "ZTO", "events": [{"time": "2024-05-01 10:00:00", "text": "…", "code": "…"}]}.
    Out: the same, with milestone, detail and city of each event, and milestone, detail and problem
    of the whole. Times without a zone are China's. A bad line gives {"line": n, "error": "…"} in
    its place; exit code 1 only if no line could be read.
    """
    good, bad = convert(sys.stdin.buffer, sys.stdout.buffer)
    if bad:
        typer.echo(f"{bad} of {good + bad} lines could not be read", err=True)
    if bad and not good:
        raise typer.Exit(1)


@tracking_app.command()
def archive(
    before: Annotated[
        str | None, typer.Option(help="Months before this one, YYYY-MM. Default: a year ago.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Move old months of scans into Parquet files, prove the files, drop the tables.

    A month goes once all its tracks are over. What is archived comes back when somebody looks.
    """
    from yichuan.tracking import archiving

    archiving.archive_command(before, dry_run=dry_run, as_json=as_json)


@tracking_app.command()
def restore(
    cohort: Annotated[str, typer.Argument(help="The month, YYYY-MM.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring a whole archived month back into the database."""
    from yichuan.tracking import archiving

    archiving.restore_command(cohort, as_json=as_json)


def convert(source: BinaryIO, target: BinaryIO) -> tuple[int, int]:
    """Normalise every line; how many were good and bad. Empty lines are left out."""
    good = bad = 0
    encode = msgspec.json.Encoder().encode
    for number, given in enumerate(source, 1):
        raw = given.removeprefix(BOM).strip()
        if not raw:
            continue
        try:
            answer = normalised(msgspec.json.decode(raw, type=Line))
            good += 1
        except (msgspec.DecodeError, BadLine, RecursionError) as error:
            answer = {"line": number, "error": str(error)}
            bad += 1
        target.write(encode(answer) + b"\n")
    target.flush()
    return good, bad


def normalised(line: Line) -> Line:
    """The line with what its events and their whole say.

    Raises:
        BadLine: `events` is no list of objects, or a field of an event has the wrong type.
    """
    courier = line.get("courier") or ""
    events = line.get("events")
    if not isinstance(courier, str):
        raise BadLine("courier must be text")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise BadLine("events must be a list of objects")
    times = [_time(event.get("time")) for event in events]
    stated = [_detail(courier, event) for event in events]
    for place, detail in zip(_by_time(times), in_order(_arranged(stated, times)), strict=True):
        stated[place] = detail
    shown = [
        {
            **event,
            "milestone": milestone_of(detail),
            "detail": detail,
            "city": city(_text(event, "text"), _text(event, "location") or None),
        }
        for event, detail in zip(events, stated, strict=True)
    ]
    whole = derive(_tracked(shown, times))
    return {
        **line,
        "events": shown,
        "milestone": whole.milestone,
        "detail": whole.detail,
        "problem": whole.problem.kind if whole.problem else None,
    }


def _text(event: Line, field: str) -> str:
    value = event.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"{field} must be text")
    return value


def _detail(courier: str, event: Line) -> str:
    code = event.get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    if code is not None and not isinstance(code, str):
        raise BadLine("code must be text")
    coded = detail_of_code(courier, code) if code else None
    return detail_of_event(_text(event, "text"), coded)


def _time(value: object) -> datetime | None:
    """None when there is no time or it cannot be read: the event then does not drive the whole."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return courier_time(value)
    except (ValueError, OverflowError):
        return None


def _by_time(times: list[datetime | None]) -> list[int]:
    """Places of the events, oldest first; as given where there is no time."""
    if not all(times):
        return list(range(len(times)))
    return sorted(range(len(times)), key=lambda place: (times[place], place))


def _arranged(stated: list[str], times: list[datetime | None]) -> list[str]:
    return [stated[place] for place in _by_time(times)]


def _tracked(shown: list[Line], times: list[datetime | None]) -> list[TrackEvent]:
    """The events that have a time; if none has, all of them in the order given."""
    if not any(times):
        begin = datetime(2000, 1, 1, tzinfo=UTC)
        times = [begin + timedelta(minutes=place) for place in range(len(shown))]
    return [
        TrackEvent(at, _text(event, "text"), event["detail"], city=event["city"])
        for event, at in zip(shown, times, strict=True)
        if at is not None
    ]
