"""`yichuan simulate mall`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yichuan.simulator.config import ConfigError, read_config

if TYPE_CHECKING:
    from yichuan.simulator.mall import Mall, MallConfig


def mall(
    hub: Annotated[str, typer.Option(help="The hub's address.")] = "http://127.0.0.1:8000",
    key: Annotated[
        str, typer.Option(envvar="YICHUAN_API_KEY", help="A platform API key of the hub.")
    ] = "",
    couriers: Annotated[
        str, typer.Option(help="The simulated couriers' address.")
    ] = "http://127.0.0.1:8600",
    rate: Annotated[float, typer.Option(min=0, help="Orders per minute.")] = 12.0,
    seed: Annotated[int, typer.Option(help="The world; same seed, same buyers.")] = 1,
    merchants: Annotated[int, typer.Option(min=1, max=120, help="Sample merchants.")] = 12,
    time_scale: Annotated[
        float, typer.Option(help="Promises, clerks and buyers run this many times faster.")
    ] = 1.0,
    most: Annotated[int, typer.Option(min=0, help="Stop ordering after so many; 0: never.")] = 0,
    ledger: Annotated[
        Path | None, typer.Option(help="What it did and was told; continued when there.")
    ] = None,
    webhook_port: Annotated[int, typer.Option(help="Port for webhooks; 0: any.")] = 0,
    courier_config: Annotated[
        Path | None,
        typer.Option(help="The couriers' config file: connect the hub with them first."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print where it listens.")] = False,
) -> None:
    """Run a mall: buyers order through the hub's API, merchants' clerks ship, couriers collect."""
    from yichuan.simulator.mall import MallConfig

    if not key:
        typer.echo("give --key (make one: yichuan apikey create --platform)", err=True)
        raise typer.Exit(2)
    try:
        config = MallConfig(
            hub=hub.rstrip("/"),
            key=key,
            couriers=couriers.rstrip("/"),
            rate=rate,
            seed=seed,
            merchants=merchants,
            time_scale=time_scale,
            most=most,
            ledger=ledger,
            webhook_port=webhook_port,
        )
        if courier_config is not None:
            config = replace(config, network=read_config(courier_config))
    except (ConfigError, ValueError, OSError) as error:
        typer.echo(f"config: {error}", err=True)
        raise typer.Exit(2) from error
    _run(config, as_json)


def _run(config: MallConfig, as_json: bool) -> None:
    import httpx

    from yichuan.simulator.mall import main
    from yichuan.simulator.mall_hub import HubError

    def ready(mall: Mall, url: str) -> None:
        said = {"address": url, "hub": config.hub, "merchants": len(mall.sellers)}
        plain = f"mall on {url}: {config.rate:g} orders/min at {config.hub}"
        typer.echo(json.dumps(said) if as_json else plain)

    try:
        asyncio.run(main(config, ready))
    except (HubError, httpx.HTTPError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
