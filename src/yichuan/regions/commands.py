"""`yichuan address …`: pasted addresses on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import msgspec
import typer

from yichuan.regions.parse import parse_address

address_app = typer.Typer()


class _Line(msgspec.Struct):
    """One line of input."""

    raw: str


@address_app.callback()
def _address() -> None:
    """Pasted Chinese addresses (地址解析)."""


def parse_lines(lines: Iterable[str | bytes]) -> Iterator[dict[str, object]]:
    """Parse JSON lines `{"raw": "…"}`; one result per line, empty lines are skipped.

    A result has name, phone, province, city, district, street, detail, adcode, confidence, filled
    (levels completed) and warnings. A line that is not such an object gives
    `{"error": …, "line": n}` (n from 1).
    """
    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = decoder.decode(line).raw
        except (msgspec.DecodeError, UnicodeError) as error:
            yield {"error": str(error), "line": number}
            continue
        parsed = parse_address(raw)
        yield {
            **parsed.as_dict(),
            "filled": list(parsed.filled),
            "warnings": list(parsed.warnings),
        }


@address_app.command("parse")
def parse_command() -> None:
    """Read JSON lines {"raw"} from stdin, write one JSON object per line to stdout.

    Gives name, phone, province, city, district, street, detail, adcode, confidence, filled and
    warnings, with today's official names. A bad line gives an {"error"} line and the rest goes on.
    """
    encoder = msgspec.json.Encoder()
    out = sys.stdout.buffer
    for result in parse_lines(sys.stdin.buffer):
        out.write(encoder.encode(result) + b"\n")
    out.flush()
