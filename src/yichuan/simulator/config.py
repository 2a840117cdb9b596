"""Configuration of the courier network: who may call, which contracts exist, how it behaves."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from yichuan.simulator.catalogue import couriers
from yichuan.simulator.faults import FaultRates


class ConfigError(ValueError):
    """The configuration file cannot be used."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who may call: a KDNiao user, or a customer of one courier's own protocol."""

    ebusiness_id: str
    """Its public id, whatever the protocol calls it."""
    app_key: str
    push_url: str = ""
    """Where its pushes go ("" = nowhere yet)."""
    protocol: str = "kdniao"
    """`kdniao`, or the name of one of `simulator.protocols`."""
    pictures: str = ""
    """Address of this network, where it shows pictures of deliveries; "": it tells of none."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A waybill account: the contract with one branch (网点) of a courier."""

    courier: str
    branch_code: str
    branch_name: str
    customer_name: str
    """CustomerName of the protocol; may be empty where `month_code` is the account."""
    customer_pwd: str = ""
    month_code: str = ""
    """月结号 (MonthCode)."""
    balance: int | None = None
    """Numbers bought beforehand; None: a courier that is paid monthly and allots without limit."""

    @property
    def key(self) -> tuple[str, str]:
        """Courier and account name."""
        return self.courier, self.customer_name or self.month_code


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Everything the network is told. Durations in seconds of wall time."""

    seed: int = 1
    subscribers: tuple[Subscriber, ...] = ()
    branches: tuple[Branch, ...] = ()
    faults: FaultRates = field(default_factory=FaultRates)
    time_scale: float = 1.0
    """Trips, and the aggregator's limits of three and seven days, run this many times faster."""
    answer_lost_rate: float = 0.0
    """Share of 1007 calls that are carried out but whose answer never arrives."""
    latency_seconds: tuple[float, float] = (0.0, 0.0)
    """Least and most time added to every answer of the protocol."""
    asks_phone: bool = True
    """Couriers that ask for the last four digits of a phone (SF, ZTO) really do."""
    batch_window: float = 0.2
    """How long records are gathered before they are pushed together."""
    batch_size: int = 10
    concurrency: int = 8
    retry_first: float = 1.0
    """Wait before the second attempt of a push; doubles each time, up to `retry_most`."""
    retry_most: float = 15.0
    push_timeout: float = 15.0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: a value makes no sense.
        """
        low, high = self.latency_seconds
        if self.time_scale <= 0 or not 0 <= low <= high or not 0 <= self.answer_lost_rate < 1:
            raise ValueError("time_scale > 0, 0 <= latency low <= high, 0 <= answer_lost_rate < 1")
        if min(self.batch_size, self.concurrency) < 1 or self.retry_first <= 0:
            raise ValueError("batch_size, concurrency >= 1 and retry_first > 0")


def read_config(path: Path) -> NetworkConfig:
    """Read a JSON file with the fields of `NetworkConfig`.

    Raises:
        ConfigError: the file is no JSON, has unknown fields or values that make no sense.
        OSError: the file cannot be read.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
        known = set(NetworkConfig.__dataclass_fields__)
        if unknown := sorted(set(raw) - known):
            raise ConfigError(f"{path}: unknown fields {', '.join(unknown)}")
        return msgspec.convert(raw, NetworkConfig)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error


def write_config(config: NetworkConfig, path: Path) -> None:
    """Write the JSON that `read_config` reads."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n")


def demo_config(
    seed: int = 1, push_url: str = "", balance: int = 100_000, protocols: Iterable[str] = ()
) -> NetworkConfig:
    """One subscriber and one branch account with every courier, all derived from the seed.

    Franchise couriers get a balance of `balance` numbers, the others allot without limit.
    `protocols` are couriers' own protocols that get a customer as well.
    """

    def code(*parts: object) -> int:
        return zlib.crc32("/".join(map(str, (seed, *parts))).encode())

    branches = tuple(
        Branch(
            courier=line.code,
            branch_code=f"{code(line.code, 'branch') % 900_000 + 100_000}",
            branch_name=f"{line.name}示范网点",
            customer_name=f"{line.code}{code(line.code, 'name') % 90_000 + 10_000}",
            customer_pwd=f"{code(line.code, 'password'):08x}",
            month_code="" if line.prepaid else f"{code(line.code, 'month') % 10**10:010d}",
            balance=balance if line.prepaid else None,
        )
        for line in couriers().values()
    )
    one = Subscriber(
        ebusiness_id=f"{code('ebusiness') % 900_000 + 1_100_000}",
        app_key=f"{code('key', 1):08x}-{code('key', 2):08x}-{code('key', 3):08x}",
        push_url=push_url,
    )
    direct = tuple(
        Subscriber(
            ebusiness_id=f"YC{code(name, 'customer') % 90_000_000 + 10_000_000}",
            app_key=_key(name, f"{code(name, 'key', 1):08x}{code(name, 'key', 2):08x}"),
            protocol=name,
        )
        for name in protocols
    )
    return NetworkConfig(seed=seed, subscribers=(one, *direct), branches=branches)


def _key(protocol: str, text: str) -> str:
    """A customer's key from sixteen characters; China Post's are sixteen bytes in base64."""
    return base64.b64encode(text.encode()).decode() if protocol == "ems" else text


def with_pictures(config: NetworkConfig, address: str) -> NetworkConfig:
    """The same with pictures of deliveries at the network's own address."""
    return replace(
        config, subscribers=tuple(replace(s, pictures=address) for s in config.subscribers)
    )


def with_push_url(config: NetworkConfig, push_url: str) -> NetworkConfig:
    """The same with all pushes going to one URL."""
    return replace(
        config, subscribers=tuple(replace(s, push_url=push_url) for s in config.subscribers)
    )
