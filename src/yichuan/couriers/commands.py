"""`yichuan courier`: recognise numbers and look couriers up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from yichuan.couriers.catalogue import entries
from yichuan.couriers.recognise import Recognition, recognise

courier_app = typer.Typer(no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@courier_app.callback()
def _group() -> None:
    """Keep `recognise` a word of its own."""


def as_rows(found: Sequence[Recognition]) -> list[dict[str, Any]]:
    """Recognitions as plain values, with the couriers' names."""
    rows = []
    for one in found:
        candidates = []
        for candidate in one.candidates:
            entry = entries().get(candidate.courier)
            candidates.append(
                {
                    "courier": candidate.courier,
                    "name_zh": entry.name_zh if entry else candidate.courier,
                    "name_en": entry.name_en if entry else None,
                    "score": candidate.score,
                    "check_digit_verified": candidate.check_digit_verified,
                    "format": candidate.format,
                    "country": candidate.country,
                    "confirmed": candidate.confirmed,
                }
            )
        rows.append({"number": one.number, "certain": one.certain, "candidates": candidates})
    return rows


def _learned(numbers: Sequence[str], merchant: str | None) -> list[Recognition]:
    """With what this installation learned; needs its database.

    Raises:
        Exit: no such merchant.
    """
    from yichuan import setup
    from yichuan.core.context import Context
    from yichuan.couriers import learning

    async def act(context: Context) -> list[Recognition]:
        listed = await setup.list_merchants()(context)
        known = {row[key]: row["id"] for row in listed for key in ("id", "code")}
        if merchant is not None and merchant not in known:
            Console(stderr=True).print(f"[red]no merchant {merchant}[/red]")
            raise typer.Exit(1)
        merchant_id = UUID(known[merchant]) if merchant is not None else None
        async with context.database.read(None) as session:
            return await learning.recognise_all(session, numbers, merchant_id)

    return setup.run(act)


@courier_app.command("recognise")
def recognise_numbers(
    numbers: Annotated[list[str], typer.Argument(help="Waybill numbers. 运单号")],
    learned: Annotated[
        bool, typer.Option("--learned", help="With the platform's confirmed shipments.")
    ] = False,
    merchant: Annotated[
        str | None, typer.Option(help="Also with this merchant's: its code or id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which couriers numbers may be of, best first. 单号识别

    From formats, check digits and the trade's volumes alone; --learned and --merchant add what
    this installation's confirmed shipments tell.
    """
    if learned or merchant:
        found = _learned(numbers, merchant)
    else:
        found = [recognise(number) for number in numbers]
    rows = as_rows(found)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table()
    for title in ("number", "courier", "name", "score", "check digit", "format", "confirmed"):
        table.add_column(title, no_wrap=title in ("number", "courier", "name", "score"))
    for row in rows:
        if not row["candidates"]:
            table.add_row(row["number"], "—", "not known", "", "", "", "")
        for place, one in enumerate(row["candidates"]):
            checked = "verified" if one["check_digit_verified"] else "—"
            table.add_row(
                row["number"] if place == 0 else "",
                one["courier"] + (" ✓" if one["courier"] == row["certain"] else ""),
                one["name_zh"],
                f"{one['score']:.4f}",
                checked,
                one["format"] or "learned",
                str(one["confirmed"] or ""),
            )
    Console().print(table)
