"""`yichuan rate`: quotes and reconciliation from files, without a database."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from yichuan.core.cells import number
from yichuan.core.errors import Invalid, YichuanError
from yichuan.core.mapping import load_mapping
from yichuan.core.mapplan import MappedFile, RowTable
from yichuan.core.tabular import RejectFile, rejects_path
from yichuan.rating.cards import RateBook, ShipmentToRate, build_book
from yichuan.rating.price import MISSES, Miss, Quote, kg_text, quote_book, yuan_text
from yichuan.rating.reconcile import (
    REASONS,
    SCALE_TOLERANCE_G,
    BillCheck,
    OurShipment,
    Tally,
    explained,
    reconcile,
    summary,
)
from yichuan.rating.rows import (
    ANY_COURIER,
    BILLS,
    KNOWN_SHIPMENTS,
    RATES,
    ROLES,
    BillRow,
    RateCardRow,
)

T = TypeVar("T")
rate_app = typer.Typer(no_args_is_help=True)
_errors = Console(stderr=True)

RatesOption = Annotated[
    list[Path], typer.Option("--rates", help="Rate card file; may be given several times. 价卡文件")
]
RatesMapOption = Annotated[
    list[Path] | None,
    typer.Option("--rates-map", help="Mapping file (TOML), one per --rates in the same order."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@contextmanager
def _reported() -> Iterator[None]:
    """Expected errors become one line on stderr and exit code 1."""
    try:
        yield
    except YichuanError as error:
        _errors.print(f"[red]{error.title_zh}[/red] {error.title}: {error.detail}", highlight=False)
        raise typer.Exit(1) from error


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    rows: list[T]
    lines: list[int]
    rejected: int
    rejects: Path


def _read(path: Path, table: RowTable[T], mapping: Path | None, rejects_beside: Path) -> _Read[T]:
    """All rows of a file, with a progress bar on a terminal; rejects go beside the output."""
    file = MappedFile(path, table, load_mapping(mapping) if mapping else None)
    rows: list[T] = []
    lines: list[int] = []
    where = rejects_path(rejects_beside / path.name)
    with (
        RejectFile(where, file.header) as rejects,
        Progress(console=_errors, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task(path.name, total=1.0)
        for batch in file.batches():
            rows += batch.rows
            lines += batch.lines
            rejects.add(batch.rejects)
            bar.update(task, completed=batch.fraction)
        rejected = rejects.count
    if rejected:
        _errors.print(f"{path.name}: {rejected} rows rejected 被拒绝，见 {where}", highlight=False)
    return _Read(rows, lines, rejected, where)


def _read_book(rates: list[Path], maps: list[Path] | None, rejects_beside: Path) -> RateBook:
    if maps and len(maps) != len(rates):
        raise Invalid("--rates-map must be given once for each --rates")
    rows: list[RateCardRow] = []
    for index, path in enumerate(rates):
        rows += _read(path, RATES, maps[index] if maps else None, rejects_beside).rows
    book, problems = build_book(rows)
    for problem in problems:
        _errors.print(f"{problem.card}: {problem.zh} {problem.en}", highlight=False)
    return book


def _money(fen: int | None, currency: str = "CNY") -> dict[str, object] | None:
    return None if fen is None else {"amount_minor": fen, "currency": currency}


def _quote_json(quote: Quote) -> dict[str, object]:
    card, row = quote.card, quote.row
    return {
        "card": card.name,
        "courier": card.courier,
        "service": card.service,
        "role": card.role,
        "merchant": card.merchant,
        "total": _money(quote.total_fen, card.currency),
        "weight_g": quote.weight_g,
        "chargeable_weight_g": quote.chargeable_weight_g,
        "lead_time_days": [row.lead_days_min, row.lead_days_max],
        "lines": [
            {"code": line.code, "amount_minor": line.amount_fen, "zh": line.zh, "en": line.en}
            for line in quote.lines
        ],
        "explanation_zh": quote.explanation_zh,
        "explanation_en": quote.explanation_en,
    }


def _grams(text: str) -> int:
    read = number(text)
    if read is None or read[0] <= 0:
        raise Invalid(f"not a weight in kg: {text}", field="weight_kg")
    return int((read[0] * 1000).to_integral_value())


def _cm3(text: str) -> int:
    sides = [number(side) for side in text.lower().replace("*", "x").split("x")]
    if len(sides) != 3 or any(side is None for side in sides):
        raise Invalid(f"not a size like 30x20x10: {text}", field="size_cm")
    volume = Decimal(1)
    for side in sides:
        volume *= side[0] if side else 0
    return int(volume.to_integral_value())


def _couriers(book: RateBook, role: str, service: str) -> list[tuple[str, str]]:
    """(courier, service) pairs that the book's cards of a role name."""
    pairs = {(card.courier, card.service) for card in book.cards if card.role == role}
    return sorted(pair for pair in pairs if not service or pair[1] in ("", service))


@rate_app.command("quote")
def quote_command(
    rates: RatesOption,
    to_province: Annotated[str, typer.Option(help="Destination province. 目的省")],
    weight_kg: Annotated[str, typer.Option(help="Weight in kg. 重量")],
    to_city: Annotated[str, typer.Option(help="Destination city. 目的市")] = "",
    from_province: Annotated[str, typer.Option(help="Origin province. 始发省")] = "",
    zone: Annotated[str, typer.Option(help="Zone, for cards by zone. 分区")] = "",
    size_cm: Annotated[str, typer.Option(help="Length x width x height in cm. 体积")] = "",
    courier: Annotated[str, typer.Option(help="KDNiao code; every courier if left out.")] = "",
    service: Annotated[str, typer.Option(help="Courier's service. 产品")] = "",
    merchant: Annotated[str, typer.Option(help="Merchant, for prices. 商家")] = "",
    role: Annotated[str, typer.Option(help="cost or price.")] = "cost",
    on: Annotated[
        datetime | None, typer.Option(help="Day of shipping.", formats=["%Y-%m-%d"])
    ] = None,
    rates_map: RatesMapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Price one shipment on rate cards, the cheapest first. 报价"""
    with _reported():
        if role not in ROLES:
            raise Invalid(f"--role is one of {', '.join(ROLES)}", field="role")
        book = _read_book(rates, rates_map, Path())
        wanted = [(courier, service)] if courier else _couriers(book, role, service)
        grams, volume = _grams(weight_kg), _cm3(size_cm) if size_cm else 0
        found = [
            quote_book(
                book,
                ShipmentToRate(
                    courier=code,
                    weight_g=grams,
                    province=to_province,
                    city=to_city,
                    zone=zone,
                    origin_province=from_province,
                    service=kind,
                    volume_cm3=volume,
                    merchant=merchant,
                    shipped_on=on.date() if on else None,
                ),
                role,
            )
            for code, kind in wanted or [(ANY_COURIER, "")]
        ]
        _print_quotes(found, as_json)


def _print_quotes(found: Sequence[Quote | Miss], as_json: bool) -> None:
    quotes = sorted((q for q in found if isinstance(q, Quote)), key=lambda q: q.total_fen)
    if as_json:
        print(json.dumps({"quotes": [_quote_json(q) for q in quotes]}, ensure_ascii=False))
    else:
        for quote in quotes:
            code = quote.card.courier
            print(f"{code} {yuan_text(quote.total_fen)} {quote.card.currency}")
            print(f"  {quote.explanation_zh}\n  {quote.explanation_en}")
    if not quotes:
        reasons = dict.fromkeys(miss.reason for miss in found if isinstance(miss, Miss))
        texts = [" ".join(MISSES[reason]) for reason in reasons]
        _errors.print("; ".join(texts) or "no quote", highlight=False)
        raise typer.Exit(1)


OUT_COLUMNS = (
    "line",
    "courier",
    "bill_no",
    "bill_month",
    "shipment_no",
    "waybill_number",
    "province",
    "city",
    "raw_weight_kg",
    "billed_weight_kg",
    "chargeable_weight_kg",
    "due",
    "expected",
    "difference",
    "reason",
    "reason_zh",
    "reason_en",
    "claim",
    "note_zh",
    "note_en",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _safe(text: str | None) -> str:
    """Text from a bill that a spreadsheet will not take for a formula."""
    text = text or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _kg(grams: int | None) -> str:
    return "" if grams is None else kg_text(grams)


def _yuan(fen: int | None) -> str:
    return "" if fen is None else yuan_text(fen)


def _out_row(line: int, bill: BillRow, check: BillCheck) -> list[str]:
    reason = REASONS[check.reason]
    return [
        str(line),
        bill.courier,
        _safe(bill.bill_no),
        bill.bill_month or "",
        _safe(bill.shipment_no),
        _safe(bill.waybill_number),
        _safe(bill.province),
        _safe(bill.city or bill.area),
        _kg(bill.raw_weight_g),
        _kg(bill.billed_weight_g),
        _kg(check.chargeable_weight_g),
        _yuan(check.due_fen),
        _yuan(check.expected_fen),
        _yuan(check.difference_fen),
        reason.code,
        reason.zh,
        reason.en,
        "1" if reason.claim else "0",
        _safe(check.note_zh),
        _safe(check.note_en),
    ]


def _known(path: Path, mapping: Path | None, rejects_beside: Path) -> list[OurShipment]:
    rows = _read(path, KNOWN_SHIPMENTS, mapping, rejects_beside).rows
    return [
        OurShipment(
            shipment_no=row.shipment_no,
            courier=row.courier or "",
            waybill_number=row.waybill_number or "",
            province=row.province or "",
            city=row.city or "",
            weight_g=row.weight_g,
            service=row.service or "",
        )
        for row in rows
    ]


@rate_app.command("reconcile")
def reconcile_command(
    rates: RatesOption,
    bills: Annotated[Path, typer.Option(help="Courier's bill. 账单文件")],
    out: Annotated[Path, typer.Option(help="Where the findings go (CSV). 结果文件")],
    shipments: Annotated[
        Path | None, typer.Option(help="Our shipments, to compare with. 我方包裹")
    ] = None,
    rates_map: RatesMapOption = None,
    bills_map: Annotated[Path | None, typer.Option(help="Mapping file of the bill.")] = None,
    shipments_map: Annotated[Path | None, typer.Option(help="Mapping file of shipments.")] = None,
    from_province: Annotated[str, typer.Option(help="Origin province. 始发省")] = "",
    tolerance_g: Annotated[
        int, typer.Option(help="Grams two scales may differ. 称重容差")
    ] = SCALE_TOLERANCE_G,
    as_json: JsonOption = False,
) -> None:
    """Check a courier's bill line by line: expected fee, difference, reason. 对账"""
    began = time.perf_counter()
    with _reported():
        book = _read_book(rates, rates_map, out.parent)
        read = _read(bills, BILLS, bills_map, out.parent)
        known = None if shipments is None else _known(shipments, shipments_map, out.parent)
        checks = reconcile(
            read.rows, book, known, origin_province=from_province, tolerance_g=tolerance_g
        )
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(OUT_COLUMNS)
            writer.writerows(
                _out_row(line, bill, check)
                for line, bill, check in zip(read.lines, read.rows, checks, strict=True)
            )
        tallies = summary(read.rows, checks)
        if as_json:
            result = _summary_json(tallies, read.rejected, out, time.perf_counter() - began)
            print(json.dumps(result, ensure_ascii=False))
        else:
            _print_summary(tallies, out)


def _summary_json(tallies: list[Tally], rejected: int, out: Path, seconds: float) -> dict[str, Any]:
    known = explained(tallies)
    return {
        "lines": sum(lines for _, lines in known.values()),
        "explained": sum(count for count, _ in known.values()),
        "rejected": rejected,
        "due_minor": sum(tally.due_fen for tally in tallies),
        "claim_minor": sum(t.difference_fen for t in tallies if REASONS[t.reason].claim),
        "currency": "CNY",
        "couriers": {
            courier: {"lines": lines, "explained": count}
            for courier, (count, lines) in known.items()
        },
        "reasons": [
            {
                "courier": tally.courier,
                "reason": tally.reason,
                "lines": tally.lines,
                "due_minor": tally.due_fen,
                "expected_minor": tally.expected_fen,
                "difference_minor": tally.difference_fen,
            }
            for tally in tallies
        ],
        "out": str(out),
        "seconds": round(seconds, 3),
    }


def _print_summary(tallies: list[Tally], out: Path) -> None:
    table = Table("快递公司 courier", "原因 reason", "行 lines", "账单 due", "差额 difference")
    for tally in tallies:
        reason = REASONS[tally.reason]
        table.add_row(
            tally.courier,
            f"{reason.zh} {reason.code}",
            str(tally.lines),
            yuan_text(tally.due_fen),
            yuan_text(tally.difference_fen),
        )
    Console().print(table)
    for courier, (count, lines) in explained(tallies).items():
        print(f"{courier}: {count}/{lines} 已解释 explained")
    print(f"→ {out}")
