"""`yichuan labels`: waybill labels from a file, without a database."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from yichuan.core.clock import now
from yichuan.waybills.labels.jsonl import Parsed, parse_lines
from yichuan.waybills.labels.model import Size
from yichuan.waybills.labels.render import Format, Rendered, render

labels_app = typer.Typer(no_args_is_help=True)


@labels_app.callback()
def labels() -> None:
    """Waybill labels 电子面单 without a database."""


@labels_app.command("render")
def render_command(
    source: Annotated[Path, typer.Option("--in", help="JSON lines; - for stdin")],
    target: Annotated[Path, typer.Option("--out", help="file to write; - for stdout")],
    size: Annotated[Size, typer.Option(help="paper in mm")] = Size.ONE_PART,
    fmt: Annotated[Format, typer.Option("--format", help="what to write")] = Format.PDF,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Render one label per line of a JSON-lines file.

    A line is an object. Required: courier_code, waybill_number and receiver
    {name, phone, address, province, city, district, company} (the first three required).
    Optional: sender (the same shape), print_time (RFC 3339; without offset: Asia/Shanghai; else
    now), courier_name, hotline, service_name, parent_number, child_index, child_total,
    mark_destination (大头笔/三段码), sort_code, origin_code, origin_name, destination_code,
    destination_name, package_code, package_name (集包地), privacy (none, masked, strict),
    order_number, shop_name, platform_name, remark, goods (list of texts, or of
    {name, quantity}), weight_g, pieces, payment (sender, receiver, monthly, third_party),
    insured_fen, cod_fen, buyer_link (for the QR code), sequence.

    PNG of several labels: FILE-001.png, FILE-002.png, … beside the named file. zpl, tspl and cpcl
    are jobs for 203-dpi printers. Bad lines go to stderr with their number and reason and the
    others are printed; the exit code is not 0 only if no label was.
    """
    parsed = _read(source)
    errors = [{"line": bad.line, "reason": bad.reason} for bad in parsed.bad]
    for bad in parsed.bad:
        typer.echo(f"line {bad.line}: {bad.reason}", err=True)
    for line, name in parsed.ignored:
        typer.echo(f"line {line}: unknown field {name} ignored", err=True)
    result: dict[str, Any] = {"labels": len(parsed.labels), "failed": len(errors), "files": [],
                              "warnings": [], "errors": errors}  # fmt: skip
    if parsed.labels:
        with Console(stderr=True).status(f"rendering {len(parsed.labels)} labels"):
            rendered = render(parsed.labels, fmt, size)
        result["warnings"] = [
            {**asdict(warning), "line": parsed.lines[warning.index]}
            for warning in rendered.warnings
        ]
        for warning in result["warnings"]:
            text = f"{warning['waybill_number']}: {warning['kind']}: {warning['detail']}"
            typer.echo(f"line {warning['line']}: {text}", err=True)
        result["files"] = _write(rendered, target)
    _report(result, as_json, to_stdout=str(target) == "-")
    if not parsed.labels:
        raise typer.Exit(1)


def _read(source: Path) -> Parsed:
    """Labels of the file.

    Raises:
        typer.BadParameter: it cannot be read.
    """
    if str(source) == "-":
        return parse_lines(sys.stdin.buffer, now())
    try:
        with source.open("rb") as file:
            return parse_lines(file, now())
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--in") from error


def _write(rendered: Rendered, target: Path) -> list[str]:
    """Write the files; returns their names.

    Raises:
        typer.BadParameter: several images to stdout, or the file cannot be written.
    """
    if str(target) == "-":
        if len(rendered.files) > 1:
            raise typer.BadParameter("several PNG images cannot go to stdout", param_hint="--out")
        sys.stdout.buffer.write(rendered.content)
        return ["-"]
    names = [target]
    if len(rendered.files) > 1:
        digits = max(3, len(str(len(rendered.files))))
        names = [target.with_stem(f"{target.stem}-{i:0{digits}d}")
                 for i in range(1, len(rendered.files) + 1)]  # fmt: skip
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for name, content in zip(names, rendered.files, strict=True):
            name.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--out") from error
    return [str(name) for name in names]


def _report(result: dict[str, Any], as_json: bool, to_stdout: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(result).decode(), err=to_stdout)
        return
    files = result["files"]
    where = files[0] if len(files) == 1 else f"{files[0]} … {files[-1]}" if files else "nothing"
    failed = f", {result['failed']} bad lines" if result["failed"] else ""
    typer.echo(f"{result['labels']} labels → {where}{failed}", err=True)
