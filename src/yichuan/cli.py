"""The `yichuan` command. Sub-commands import what they need when they run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from yichuan import __version__

app = typer.Typer(no_args_is_help=True, add_completion=False, help="驿传 Yichuan: logistics hub.")
db_app = typer.Typer(no_args_is_help=True, help="Schema, backup, restore.")
merchant_app = typer.Typer(no_args_is_help=True, help="Merchants 商家.")
key_app = typer.Typer(no_args_is_help=True, help="API keys.")
user_app = typer.Typer(no_args_is_help=True, help="Users.")
app.add_typer(db_app, name="db")
app.add_typer(merchant_app, name="merchant")
app.add_typer(key_app, name="apikey")
app.add_typer(user_app, name="user")
console = Console()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as a table, or as JSON."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    table = Table(*(rows[0] if rows else ["—"]))
    for row in rows:
        table.add_row(*("" if v is None else str(v) for v in row.values()))
    console.print(table)


def fail(message: str) -> typer.Exit:
    """Print an error and give the exit to raise."""
    Console(stderr=True).print(f"[red]{message}[/red]")
    return typer.Exit(1)


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong is a line on stderr and exit code 1."""
    import psycopg

    try:
        yield
    except (ValueError, OSError, RuntimeError, psycopg.Error) as error:
        raise fail(str(error)) from error


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.")] = 1,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Also run a worker.")] = False,
) -> None:
    """Serve API and console."""
    from yichuan.serving import command

    arguments = command(host, port, workers, with_worker=with_worker)
    os.execv(arguments[0], arguments)  # the same process, without the command line in its memory


@app.command()
def worker() -> None:
    """Run background work: merging pushes, consumers, jobs."""
    import uvloop

    from yichuan import worker as process
    from yichuan.core.settings import settings

    uvloop.run(process.main(settings()))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Create or bring up to date: roles, database, schema, courier catalogue."""
    from yichuan.bootstrap import prepare_installation
    from yichuan.core import migrate
    from yichuan.core.context import located
    from yichuan.core.settings import settings

    with located(settings()) as (urls, vault):
        prepare_installation(urls, vault)
        console.print(f"database is at revision {migrate.current(urls)}")


@db_app.command("backup")
def db_backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    without_key: Annotated[
        bool, typer.Option("--without-key", help="Leave the master key out; keep it elsewhere.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Tables dumped at once.")] = 2,
    as_json: Json = False,
) -> None:
    """Back up database, blobs and master key; the installation may be running.

    Without the master key a backup cannot be read.
    """
    from yichuan import restoring
    from yichuan.core.settings import settings

    with told():
        made = restoring.backup(settings(), target, with_key=not without_key, jobs=jobs)
    show([made], as_json)


@db_app.command("restore")
def db_restore(
    source: Annotated[Path, typer.Argument(help="A folder that `db backup` made.")],
    key_file: Annotated[
        Path | None, typer.Option(help="The master key, where the backup is without it.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Tables filled at once.")] = 2,
    as_json: Json = False,
) -> None:
    """Bring a backup back into an empty YICHUAN_DATA_DIR (or YICHUAN_DATABASE_URL)."""
    from yichuan import restoring
    from yichuan.core.settings import settings

    with told():
        back = restoring.restore(settings(), source, key_file=key_file, jobs=jobs)
    show([back], as_json)


@db_app.command("distribute")
def db_distribute() -> None:
    """Spread the tables over a Citus cluster; refuses where the extension is missing."""
    from yichuan import restoring
    from yichuan.core.settings import settings

    with told():
        restoring.distribute(settings())


@app.command()
def init(
    username: Annotated[str, typer.Option(prompt="Administrator's user name")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    name: Annotated[str, typer.Option()] = "管理员",
    position: Annotated[str, typer.Option(help="speed | cost | bulky | cross-border")] = "cost",
    as_json: Json = False,
) -> None:
    """First administrator and the platform's logistics position."""
    from yichuan import setup

    if position not in setup.POSITIONS:
        raise fail(f"position must be one of {', '.join(setup.POSITIONS)}")
    show([setup.run(setup.init(username, password, name, position))], as_json)


@merchant_app.command("list")
def merchant_list(as_json: Json = False) -> None:
    """Who there is."""
    from yichuan import setup

    show(setup.run(setup.list_merchants()), as_json)


@merchant_app.command("create")
def merchant_create(code: str, name: str, as_json: Json = False) -> None:
    """Admit a merchant."""
    from yichuan import setup

    show([setup.run(setup.create_merchant(code, name))], as_json)


@key_app.command("create")
def key_create(
    merchant: Annotated[UUID | None, typer.Option(help="The merchant's id.")] = None,
    platform: Annotated[bool, typer.Option("--platform", help="A platform key.")] = False,
    kdniao: Annotated[bool, typer.Option("--kdniao", help="Also a KDNiao door pair.")] = False,
    callback: Annotated[str | None, typer.Option(help="Where its user hears pushes.")] = None,
    name: Annotated[str, typer.Option()] = "cli",
    as_json: Json = False,
) -> None:
    """Make an API key; it is printed once."""
    from yichuan import setup

    if platform == (merchant is not None):
        raise fail("say either --merchant ID or --platform")
    if callback is not None and not kdniao:
        raise fail("--callback is for --kdniao keys")
    show([setup.run(setup.create_key(name, merchant, kdniao, callback))], as_json)


@user_app.command("create")
def user_create(
    username: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True)],
    role: Annotated[str, typer.Option(help="operator | service | merchant")] = "operator",
    name: Annotated[str, typer.Option()] = "",
    merchant: Annotated[UUID | None, typer.Option()] = None,
    as_json: Json = False,
) -> None:
    """Make a user."""
    from yichuan import setup

    made = setup.create_user(username, password, name or username, role, merchant)
    show([setup.run(made)], as_json)


@app.command()
def demo(
    port: Annotated[int, typer.Option()] = 8000,
    data_dir: Annotated[Path, typer.Option()] = Path("var/demo"),
    merchants: Annotated[int, typer.Option(min=1)] = 12,
    days: Annotated[int, typer.Option(min=1)] = 14,
    live: Annotated[bool, typer.Option("--live/--no-live")] = True,
    from_dir: Annotated[Path | None, typer.Option("--from", help="Start on these CSVs.")] = None,
) -> None:
    """The whole product with simulated couriers and a simulated mall."""
    from yichuan.demo.ports import must_be_free
    from yichuan.demo.state import DemoError

    try:
        must_be_free(port)  # said at once, not after everything was loaded
    except DemoError as error:
        raise fail(str(error)) from error
    from yichuan.demo import run

    os.environ.setdefault("YICHUAN_DATA_DIR", str(data_dir))
    run.demo(port, data_dir, merchants, days, live, from_dir)


ROOM_COMMANDS = {
    "address": ("regions.commands:address_app", "Pasted Chinese addresses (地址解析)."),
    "courier": ("couriers.commands:courier_app", "Couriers and numbers. 快递公司"),
    "import": (
        "imports.commands:import_app",
        "Take files in: orders, shipments, rate cards, couriers' bills. 导入",
    ),
    "labels": (
        "waybills.labels.commands:labels_app",
        "Waybill labels 电子面单 without a database.",
    ),
    "rate": ("rating.commands:rate_app", "Quotes and bill reconciliation. 报价与对账"),
    "simulate": ("simulator.commands:simulate_app", "Simulated couriers and a simulated mall."),
    "tracking": ("tracking.commands:tracking_app", "Tracking 物流轨迹."),
}
"""The rooms' own sub-commands and their line in the list: imported only when they are asked for."""


def _mount(arguments: list[str]) -> None:
    first = arguments[0] if arguments else ""
    for name, (where, line) in ROOM_COMMANDS.items():
        room = typer.Typer()
        if name == first:
            module, _, attribute = where.partition(":")
            room = getattr(import_module(f"yichuan.{module}"), attribute)
        app.add_typer(room, name=name, help=line)


def main() -> None:
    """Entry point."""
    _mount(sys.argv[1:])
    app()


if __name__ == "__main__":
    main()
