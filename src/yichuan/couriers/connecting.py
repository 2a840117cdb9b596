"""The verbs on a connection after it was made: change it, try it, see how its calls went."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from sqlalchemy import func, select, update

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.database import SystemSession, WriteSession
from yichuan.core.errors import Invalid
from yichuan.core.vault import Vault
from yichuan.couriers import endpoints, queries, service
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.errors import answered
from yichuan.couriers.models import ConnectorCall, CourierAccount, CourierConnection

NOBODYS_NUMBER: Final = "YT0000000000000"
"""Shaped like a number, carried by nobody: asking whose it is costs nothing."""
NOBODY: Final = BranchAccount("YICHUAN-TEST", "YICHUAN-TEST")
"""A customer of no branch."""


async def change_connection(
    session: WriteSession, vault: Vault, connection_id: UUID, values: Mapping[str, Any]
) -> None:
    """Change a connection of the caller's. `extra`: given keys replace, empty ones are removed.

    Raises:
        NotFound: unknown or not the caller's.
        Invalid: a credential the connector needs would be missing, or the address moves to
            another server without the secrets being entered again: they would go to a stranger.
    """
    row = await queries.connection(session, connection_id)
    old = service.keys(vault, row)
    extra = {**old.extra, **(values.get("extra") or {})}
    extra = {name: value for name, value in extra.items() if value}
    _check_move(row, values)
    registry.check_credentials(
        row.connector,
        {
            **extra,
            "public_id": values.get("public_id", old.public_id),
            "secret": values.get("secret", old.secret),
        },
    )
    plain = ("name", "endpoint", "public_id", "rate_per_second", "polls_per_day", "enabled")
    changed = {name: values[name] for name in plain if name in values}
    if "endpoint" in changed:
        changed["endpoint"] = changed["endpoint"].rstrip("/")
    if "secret" in values:
        changed["secret_enc"] = vault.seal_secret(values["secret"])
    if "extra" in values:
        changed["extra_enc"] = vault.seal_secret(json.dumps(extra)) if extra else None
    if changed:
        await session.execute(
            update(CourierConnection).where(CourierConnection.id == row.id).values(**changed)
        )
        service.forget_connection(row.id)


def _check_move(row: CourierConnection, values: Mapping[str, Any]) -> None:
    if "endpoint" not in values or "secret" in values:
        return
    if urlsplit(values["endpoint"])[:2] != urlsplit(row.endpoint)[:2]:
        raise Invalid("another server: enter the secret again", field="secret")


def shown_extra(vault: Vault, row: CourierConnection) -> tuple[dict[str, str], list[str]]:
    """The extra credentials that are no secrets, and the names of the secret ones that are set."""
    known = registry.connector(row.connector)
    hidden = {field.name for field in known.credentials if field.secret} if known else set()
    listed = {field.name for field in known.credentials} if known else set()
    extra = service.keys(vault, row).extra
    shown = {name: v for name, v in extra.items() if name in listed and name not in hidden}
    return shown, sorted(set(extra) - set(shown))


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial call."""

    balance: int | None
    failure: CourierError | None


async def try_connection(context: Context, http: httpx.AsyncClient, connection_id: UUID) -> Tried:
    """测试连接: a call that costs and changes nothing, also of a connection that is off.

    With a waybill account of the connection its branch is asked, else the API itself. What came
    of it is written to the connection and its health.

    Raises:
        NotFound: unknown, or its connector is not installed.
    """
    async with context.database.system() as system:
        row = await queries.connection(system, connection_id)
        allowed = await endpoints.setting.get(system)
        client = service.client_of(context.vault, http, row, allowed, context.settings.base_url)
        courier, branch, account_id = await _tried_as(system, context.vault, row)
    started = time.monotonic()
    failure: CourierError | None = None
    balance: int | None = None
    try:
        balance = await _check(client, row.connector, courier, branch)
    except CourierError as error:
        failure = error
    ms = int((time.monotonic() - started) * 1000)
    async with context.database.system() as system:
        await service.note_calls(system, [(connection_id, "test", ms, failure)])
        await _note_try(system, connection_id, failure)
        if account_id is not None and balance is not None:
            await service.note_balance(system, account_id, balance)
    return Tried(balance, failure)


async def _tried_as(
    session: SystemSession, vault: Vault, row: CourierConnection
) -> tuple[str, BranchAccount | None, UUID | None]:
    # unscoped: the connection's owner was checked by the route; accounts of it are asked as it
    account = await session.scalar(
        select(CourierAccount)
        .where(CourierAccount.connection_id == row.id, CourierAccount.enabled.is_(True))
        .order_by(CourierAccount.created_at)
        .limit(1)
    )
    if account is not None:
        return account.courier, service.branch_of(vault, account), account.id
    known = registry.connector(row.connector)
    first = next(iter(known.couriers), "") if known and known.couriers else "YTO"
    return first, None, None


async def _check(
    client: Client, connector: str, courier: str, branch: BranchAccount | None
) -> int | None:
    known = registry.connector(connector)
    own_check = type(client).check is not Client.check
    if branch is None and not own_check and known is not None and "recognise" in known.can:
        await client.recognise(NOBODYS_NUMBER)
        return None
    try:
        left = await client.check(courier, branch or NOBODY)
    except CourierError as error:
        # an API that knows who asks says that there is no such customer, or nothing to count
        if answered(error) or (branch is None and error.code == "account_refused"):
            return None
        raise
    return left.available if left else None


async def _note_try(
    session: SystemSession, connection_id: UUID, failure: CourierError | None
) -> None:
    said = f"{failure.code}: {failure.courier_text}"[:500] if failure else None
    changed: dict[str, Any] = {"last_error": said}
    if failure is None:
        changed["last_ok_at"] = now()
    await session.execute(
        update(CourierConnection).where(CourierConnection.id == connection_id).values(**changed)
    )


@dataclass(frozen=True, slots=True)
class Health:
    """Calls of one operation, or of one hour. Milliseconds are the mean of a call."""

    calls: int
    failures: int
    mean_ms: int
    operation: str = ""
    hour: datetime | None = None
    last_error: str | None = None


async def health(
    session: SystemSession, connection_id: UUID, hours: int
) -> tuple[Sequence[Health], Sequence[Health]]:
    """By operation and by hour, of the last hours (system session; the owner was checked)."""
    since = now() - timedelta(hours=hours)
    hour = func.date_trunc("hour", ConnectorCall.minute)
    sums = (
        func.sum(ConnectorCall.calls),
        func.sum(ConnectorCall.failures),
        func.sum(ConnectorCall.total_ms),
    )
    wanted = (ConnectorCall.connection_id == connection_id, ConnectorCall.minute >= since)
    # unscoped: counts of one connection whose owner was checked
    by_operation = await session.execute(
        select(ConnectorCall.operation, *sums)
        .where(*wanted)
        .group_by(ConnectorCall.operation)
        .order_by(func.sum(ConnectorCall.calls).desc())
    )
    # unscoped: as above
    errors = await session.execute(
        select(ConnectorCall.operation, ConnectorCall.last_error)
        .where(*wanted, ConnectorCall.last_error.is_not(None))
        .order_by(ConnectorCall.minute)
    )
    said = {row[0]: row[1] for row in errors}
    # unscoped: as above
    by_hour = await session.execute(
        select(hour, *sums).where(*wanted).group_by(hour).order_by(hour)
    )
    return (
        [
            Health(*_mean(row[1:]), operation=row[0], last_error=said.get(row[0]))
            for row in by_operation
        ],
        [Health(*_mean(row[1:]), hour=row[0]) for row in by_hour],
    )


def _mean(sums: Sequence[Any]) -> tuple[int, int, int]:
    calls, failures, total = (int(value) for value in sums)
    return calls, failures, total // max(calls, 1)
