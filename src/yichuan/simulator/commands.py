"""`yichuan simulate …`: the simulated outside world, in a process of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from yichuan.simulator.config import (
    ConfigError,
    NetworkConfig,
    demo_config,
    read_config,
    with_pictures,
    with_push_url,
    write_config,
)
from yichuan.simulator.mall_command import mall
from yichuan.simulator.protocols import PROTOCOLS

simulate_app = typer.Typer(no_args_is_help=True)
simulate_app.command()(mall)


@simulate_app.callback()
def simulate() -> None:
    """Simulated couriers and a simulated mall, speaking the real protocols over HTTP."""


@simulate_app.command()
def couriers(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8600,
    seed: Annotated[int | None, typer.Option(help="The world; same seed, same world.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="JSON with accounts and fault rates; made when missing.")
    ] = None,
    push_url: Annotated[str, typer.Option(help="Where all pushes go.")] = "",
    time_scale: Annotated[
        float | None, typer.Option(help="Trips run this many times faster than in nature.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="Ledger of the truth (JSON lines); continued when there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print address and accounts.")] = False,
) -> None:
    """Run the courier network: KDNiao's protocol, the couriers' own, and control under /sim."""
    try:
        settings = load(config, seed, push_url, time_scale)
    except (ConfigError, ValueError, OSError) as error:
        typer.echo(f"config: {error}", err=True)
        raise typer.Exit(2) from error
    import uvicorn

    from yichuan.simulator.couriers_app import create_app

    address = f"http://{host}:{port}"
    settings = with_pictures(settings, address)
    announce(settings, address, as_json)
    uvicorn.run(
        create_app(settings, ledger), host=host, port=port, log_level="warning", access_log=False
    )


def load(
    path: Path | None, seed: int | None, push_url: str, time_scale: float | None
) -> NetworkConfig:
    """The configuration from file and options; options win; a missing file is written.

    Raises:
        ConfigError: the file cannot be used.
        OSError: the file cannot be read or written.
        ValueError: an option makes no sense.
    """
    if path is not None and path.exists():
        settings = read_config(path)
    else:
        settings = demo_config(seed if seed is not None else 1, protocols=PROTOCOLS)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_config(settings, path)
    if seed is not None:
        settings = replace(settings, seed=seed)
    if time_scale is not None:
        settings = replace(settings, time_scale=time_scale)
    return with_push_url(settings, push_url) if push_url else settings


def announce(settings: NetworkConfig, address: str, as_json: bool) -> None:
    """Say where the network listens and who may call."""
    if as_json:
        said = {
            "address": address,
            "seed": settings.seed,
            "time_scale": settings.time_scale,
            "subscribers": [
                {
                    "ebusiness_id": s.ebusiness_id,
                    "app_key": s.app_key,
                    "push_url": s.push_url,
                    "protocol": s.protocol,
                }
                for s in settings.subscribers
            ],
            "branches": [
                {
                    "courier": b.courier,
                    "customer_name": b.customer_name,
                    "customer_pwd": b.customer_pwd,
                    "month_code": b.month_code,
                    "balance": b.balance,
                }
                for b in settings.branches
            ],
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(f"couriers on {address}, seed {settings.seed}, {settings.time_scale:g} x real time")
    for one in settings.subscribers:
        where = one.push_url or "(nowhere yet)"
        typer.echo(f"  {one.protocol}: customer {one.ebusiness_id} pushes to {where}")
