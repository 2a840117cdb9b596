"""`yichuan import`: files into the database, with a progress bar and a file of rejected rows."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from yichuan.core import migrate
from yichuan.core.context import Context, located, opened
from yichuan.core.errors import Invalid, NotFound, YichuanError
from yichuan.core.mapping import FileMapping, load_mapping
from yichuan.core.settings import settings
from yichuan.core.tabular import RejectFile, rejects_path
from yichuan.imports import service
from yichuan.imports.rows import TABLES, describe
from yichuan.imports.service import Progress as Step
from yichuan.imports.values import Kind, Owner, Report
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.terms.values import TermKind

ACTOR = "system:cli"
import_app = typer.Typer(no_args_is_help=True)
_errors = Console(stderr=True)

FileArgument = Annotated[
    Path | None, typer.Argument(help="CSV (.gz too) or spreadsheet. 文件", show_default=False)
]
MapOption = Annotated[
    Path | None, typer.Option("--map", help="Mapping file (TOML) for other columns. 映射文件")
]
MerchantOption = Annotated[
    str | None, typer.Option("--merchant", help="Code of the one merchant it is about. 商家")
]
ColumnsOption = Annotated[
    bool, typer.Option("--columns", help="Print our documented columns and stop. 列说明")
]
AgainOption = Annotated[
    bool, typer.Option("--again", help="Import a file that was finished before. 重新导入")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@import_app.command("orders")
def import_orders(
    file: FileArgument = None,
    mapping: MapOption = None,
    merchant: MerchantOption = None,
    columns: ColumnsOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Order lines: what is in imported shipments, or orders that wait to be shipped. 订单"""
    _command("orders", file, mapping, merchant, columns, again, as_json)


@import_app.command("shipments")
def import_shipments(
    file: FileArgument = None,
    mapping: MapOption = None,
    merchant: MerchantOption = None,
    columns: ColumnsOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Shipments, shipped or waiting; merchants and shops that are new are made. 包裹"""
    _command("shipments", file, mapping, merchant, columns, again, as_json)


@import_app.command("rates")
def import_rates(
    file: FileArgument = None,
    mapping: MapOption = None,
    columns: ColumnsOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rate cards; a card takes the place of the one of its name. 价卡"""
    _command("rates", file, mapping, None, columns, again, as_json)


@import_app.command("bills")
def import_bills(
    file: FileArgument = None,
    mapping: MapOption = None,
    columns: ColumnsOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Couriers' bills, reconciled with shipments and rate cards. 账单"""
    _command("bills", file, mapping, None, columns, again, as_json)


@import_app.command("terms")
def import_terms(
    kind: Annotated[TermKind, typer.Argument(help="What the file is about. 服务规则的类别")],
    file: FileArgument = None,
    mapping: MapOption = None,
    merchant: MerchantOption = None,
    columns: ColumnsOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Terms of courier services: areas, suspensions, prohibited goods, cut-offs… 服务规则"""
    _command(kind, file, mapping, merchant, columns, again, as_json)


def _command(
    kind: Kind,
    file: Path | None,
    mapping: Path | None,
    merchant: str | None,
    columns: bool,
    again: bool,
    as_json: bool,
) -> None:
    if columns:
        _print_columns(kind, as_json)
        return
    try:
        if file is None:
            raise Invalid("say which file to import, or --columns")
        rules = load_mapping(mapping) if mapping else None
        report, rejects = asyncio.run(_import(kind, file, rules, merchant, again))
    except YichuanError as error:
        _errors.print(f"[red]{error.title_zh}[/red] {error.title}: {error.detail}", highlight=False)
        raise typer.Exit(1) from error
    except (psycopg.Error, SQLAlchemyError) as error:
        _errors.print(f"[red]数据库错误[/red] database: {error}", highlight=False)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        _errors.print("stopped; the same command goes on from here 已中断，重新运行即可继续")
        raise typer.Exit(130) from None
    if as_json:
        print(json.dumps(_json(report, rejects), ensure_ascii=False, default=str))
    else:
        _print(report, rejects)
    if report.rejected and not report.accepted and not report.known:
        raise typer.Exit(1)


async def _import(
    kind: Kind, file: Path, mapping: FileMapping | None, merchant: str | None, again: bool
) -> tuple[Report, Path | None]:
    config = settings()
    with located(config) as (urls, vault):
        if await asyncio.to_thread(migrate.current, urls) != migrate.head():
            raise Invalid("the database is not up to date: run `yichuan db upgrade`")
        async with opened(config, urls, vault) as context:
            owner = await _owner(context, merchant) if merchant else None
            source = service.open_source(file, kind, mapping, ACTOR, owner)
            with _Bar(file.name) as watch:
                report = await service.run(context, source, again=again, watch=watch)
            return report, await _write_rejects(context, source, report, file)


async def _owner(context: Context, code: str) -> Owner:
    """The merchant an import is about; made where it is new."""
    async with context.database.system() as session:
        try:
            merchant_id = (await merchants.by_code(session, code)).id
        except NotFound:
            merchant_id = await merchant_service.create(session, code, code)
    return Owner(merchant_id, code)


async def _write_rejects(
    context: Context, source: service.Source, report: Report, file: Path
) -> Path | None:
    """`FILE.rejects.csv`, if rows were rejected; it can be corrected and imported as it is."""
    path = rejects_path(file)
    if not report.rejected:
        return None
    async with context.database.read(None) as session:
        found = await service.rejects_of(session, context.vault, report.run_id)
    with RejectFile(path, source.file.header) as rejects:
        rejects.add(found)
    return path


class _Bar:
    """A progress bar on a terminal; calls with the import's progress move it."""

    def __init__(self, name: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} rows 行"),
            TimeElapsedColumn(),
            console=_errors,
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task(name, total=1.0, rows=0)

    def __enter__(self) -> Callable[[Step], None]:
        self._progress.start()
        return self._move

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _move(self, step: Step) -> None:
        self._progress.update(self._task, completed=step.fraction, rows=step.rows)


def _json(report: Report, rejects: Path | None) -> dict[str, Any]:
    done = 0 if report.already else report.rows - report.resumed_from
    return asdict(report) | {
        "seconds": round(report.seconds, 3),
        "rows_per_s": round(done / max(report.seconds, 1e-9)),
        "rejects_file": str(rejects) if rejects else None,
    }


def _print(report: Report, rejects: Path | None) -> None:
    if report.already:
        print(
            f"{report.file_name}: imported before, nothing done 此文件已导入过 (--again 重新导入)"
        )
    else:
        since = f" (from row {report.resumed_from + 1})" if report.resumed_from else ""
        print(f"{report.file_name}: {report.rows:,} rows 行{since} in {report.seconds:.1f} s")
    print(
        f"  accepted 导入 {report.accepted:,}  known 已有 {report.known:,}"
        f"  rejected 拒绝 {report.rejected:,}"
    )
    for name, value in report.result.items():
        if value:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            print(f"  {name}: {shown}")
    if report.unused:
        print(f"  columns not read 未读取的列: {', '.join(report.unused)}")
    if rejects is not None:
        print(f"  rejected rows with reasons 被拒绝的行及原因 → {rejects}")


def _print_columns(kind: Kind, as_json: bool) -> None:
    found = describe(TABLES[kind])
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("column 列", "中文列名", "type 类型", "required 必填", "what 说明")
    for column in found:
        required = "✓" if column["required"] else ""
        choices = column["choices"]
        what = str(column["en"]) + (
            f" ({', '.join(choices)})" if isinstance(choices, list) and choices else ""
        )
        table.add_row(str(column["name"]), str(column["zh"]), str(column["type"]), required, what)
    Console().print(table)
