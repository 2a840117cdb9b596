"""The verbs on couriers: catalogue, connections, waybill accounts and calling them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from psycopg.rows import tuple_row
from sqlalchemy import insert, select, text, update

from yichuan.core.addresses import Allowed
from yichuan.core.cached import Remembered
from yichuan.core.clock import now
from yichuan.core.database import Connection, Database, SystemSession, WriteSession
from yichuan.core.direct import Write, write_within
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.ids import new_id, new_token
from yichuan.core.vault import Vault, digest_token
from yichuan.couriers import endpoints, queries
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Access, Client, Keys
from yichuan.couriers.connectors.wire import FAILURES, Breaker, Turnstile, Wire
from yichuan.couriers.models import Courier, CourierAccount, CourierConnection
from yichuan.couriers.seeding import seed as seed_catalogue


async def add_connection(
    session: WriteSession,
    vault: Vault,
    *,
    merchant_id: UUID | None,
    connector: str,
    name: str,
    endpoint: str,
    public_id: str,
    secret: str,
    extra: Mapping[str, str] | None = None,
    rate_per_second: int | None = None,
    polls_per_day: int | None = None,
    push_token: str | None = None,
) -> tuple[UUID, str]:
    """Store a credential; returns its id and the token of its push address.

    Raises:
        Invalid: no such connector, or a credential that it needs is missing.
    """
    registry.check_credentials(
        connector, {"public_id": public_id, "secret": secret, **(extra or {})}
    )
    token = push_token or new_token()
    connection_id = new_id()
    await session.execute(
        insert(CourierConnection).values(
            id=connection_id,
            merchant_id=merchant_id,
            connector=connector,
            name=name,
            endpoint=endpoint.rstrip("/"),
            public_id=public_id,
            secret_enc=vault.seal_secret(secret),
            extra_enc=vault.seal_secret(json.dumps(dict(extra))) if extra else None,
            rate_per_second=rate_per_second,
            polls_per_day=polls_per_day,
            push_token_digest=digest_token(token),
            push_token_enc=vault.seal_secret(token),
        )
    )
    return connection_id, token


async def add_account(
    session: WriteSession,
    vault: Vault,
    *,
    merchant_id: UUID | None,
    connection_id: UUID,
    courier: str,
    branch_code: str | None = None,
    branch_name: str | None = None,
    customer_name: str | None = None,
    customer_password: str | None = None,
    month_code: str | None = None,
    balance_alert: int = 100,
) -> UUID:
    """Add a waybill account at a branch.

    Raises:
        NotFound: unknown courier, or the connection is not the caller's.
        Conflict: this account is there already.
    """
    connection = await queries.connection(session, connection_id)
    if connection.merchant_id not in (None, merchant_id):
        raise NotFound("no such connection")
    if await session.get(Courier, courier) is None:
        raise NotFound(f"no courier with code {courier}")
    twin = await session.scalar(
        queries.accounts_query(session).where(
            CourierAccount.connection_id == connection_id,
            CourierAccount.courier == courier,
            CourierAccount.customer_name == customer_name,
        )
    )
    if twin is not None:
        raise Conflict("this account is there already")
    account_id = new_id()
    forget_calls()
    await session.execute(
        insert(CourierAccount).values(
            id=account_id,
            merchant_id=merchant_id,
            connection_id=connection_id,
            courier=courier,
            branch_code=branch_code,
            branch_name=branch_name,
            customer_name=customer_name,
            customer_password_enc=(
                vault.seal_secret(customer_password) if customer_password else None
            ),
            month_code=month_code,
            balance_alert=balance_alert,
        )
    )
    return account_id


async def change_account(
    session: WriteSession, vault: Vault, account_id: UUID, values: Mapping[str, Any]
) -> None:
    """Change an account the caller owns.

    Raises:
        NotFound: unknown or only borrowed.
    """
    row = await queries.own_account(session, account_id)
    changed = dict(values)
    password = changed.pop("customer_password", None)
    if password is not None:
        changed["customer_password_enc"] = vault.seal_secret(password)
    if changed:
        forget_calls()
        await session.execute(
            update(CourierAccount).where(CourierAccount.id == row.id).values(**changed)
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An account ready to be called: the client and the branch's own credentials."""

    account_id: UUID
    connection_id: UUID
    courier: str
    client: Client
    branch: BranchAccount
    must_subscribe: bool
    """Its numbers must be subscribed after they were taken."""


async def line(
    session: SystemSession, vault: Vault, http: httpx.AsyncClient, account_id: UUID
) -> Line:
    """Open an account for calling (system session: secrets are read).

    Raises:
        NotFound: unknown or switched off.
    """
    row = (
        await session.execute(
            select(CourierAccount, CourierConnection)
            .join(CourierConnection, CourierConnection.id == CourierAccount.connection_id)
            .where(
                CourierAccount.id == account_id,
                CourierAccount.enabled.is_(True),
                CourierConnection.enabled.is_(True),
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound("the waybill account is unknown or switched off")
    account, connection = row
    return Line(
        account_id=account.id,
        connection_id=connection.id,
        courier=account.courier,
        client=client_of(vault, http, connection, await endpoints.setting.get(session)),
        branch=branch_of(vault, account),
        must_subscribe=_must_subscribe(connection.connector),
    )


def branch_of(vault: Vault, account: CourierAccount) -> BranchAccount:
    """What a branch knows the customer by, in the clear."""
    password = account.customer_password_enc
    return BranchAccount(
        customer_name=account.customer_name or "",
        customer_password=vault.open_secret(password) if password else "",
        branch_code=account.branch_code or "",
        month_code=account.month_code or "",
    )


def _must_subscribe(name: str) -> bool:
    found = registry.connector(name)
    return found is not None and found.must_subscribe


LINE_SECONDS: Final = 5.0
"""How long an opened account is called without reading its credentials again."""
_lines: Remembered[UUID, Line] = Remembered(LINE_SECONDS)


async def open_line(
    database: Database, vault: Vault, http: httpx.AsyncClient, account_id: UUID
) -> Line:
    """`line`, a moment old: for the way from a box to its number.

    Raises:
        NotFound: unknown or switched off.
    """

    async def load() -> Line:
        async with database.system() as session:
            return await line(session, vault, http, account_id)

    return await _lines.get(http, account_id, load)


def forget_calls() -> None:
    """Read accounts and credentials afresh next time (after a change made here)."""
    _lines.forget()
    queries.forget_accounts()


seed = seed_catalogue
"""Bring the packaged catalogue into the database; returns the number of couriers."""

PROCESSES: Final = 2
"""Processes that share a contract's rate: one for the web, one worker."""

_turnstiles: dict[UUID, Turnstile] = {}
_breakers: dict[UUID, Breaker] = {}


def resting(connection_id: UUID) -> bool:
    """Whether this process has stopped calling a connection that does not answer."""
    found = _breakers.get(connection_id)
    return found is not None and found.failures >= FAILURES and time.monotonic() < found.until


def forget_connection(connection_id: UUID) -> None:
    """After a change: credentials are read afresh, and a resting connection is tried again."""
    _breakers.pop(connection_id, None)
    forget_calls()


def push_url(base_url: str, vault: Vault, connection: CourierConnection) -> str:
    """Where the connection's API pushes to."""
    token = vault.open_secret(connection.push_token_enc)
    return f"{base_url}/push/{connection.connector}/{token}"


def client_of(
    vault: Vault,
    http: httpx.AsyncClient,
    connection: CourierConnection,
    allowed: Allowed,
    base_url: str = "",
) -> Client:
    """The connector's client for a connection.

    Args:
        allowed: servers it may reach besides public ones.
        base_url: ours, where it is to subscribe.

    Raises:
        NotFound: its connector is not part of this installation (any more).
    """
    known = registry.connector(connection.connector)
    if known is None:
        raise NotFound(f"no connector is called {connection.connector}")
    rate = connection.rate_per_second or known.per_second
    share = rate / PROCESSES if rate else None
    turnstile = _turnstiles.setdefault(connection.id, Turnstile(share))
    turnstile.rate = share
    barred = None
    if connection.merchant_id is not None:
        barred = endpoints.barred(connection.connector, connection.endpoint, allowed)
    breaker = _breakers.setdefault(connection.id, Breaker())
    wire = Wire(http, turnstile, breaker, allowed=allowed, barred=barred)
    found = keys(vault, connection)
    access = Access(
        wire,
        connection.endpoint.rstrip("/"),
        found.public_id,
        found.secret,
        found.extra,
        push_url(base_url, vault, connection) if base_url else "",
    )
    return known.open(access)


def keys(vault: Vault, connection: CourierConnection) -> Keys:
    """A connection's credentials in the clear."""
    extra = connection.extra_enc
    return Keys(
        connection.public_id,
        vault.open_secret(connection.secret_enc),
        json.loads(vault.open_secret(extra)) if extra else {},
    )


async def client_for(
    session: SystemSession,
    vault: Vault,
    http: httpx.AsyncClient,
    connection_id: UUID,
    base_url: str = "",
) -> Client:
    """The client of a connection (system session).

    Raises:
        NotFound: unknown or switched off.
    """
    row = await session.get(CourierConnection, connection_id)
    if row is None or not row.enabled:
        raise NotFound("the connection is unknown or switched off")
    return client_of(vault, http, row, await endpoints.setting.get(session), base_url)


async def keys_of(session: SystemSession, vault: Vault, connection_id: UUID) -> Keys:
    """The credentials of a connection, in the clear (system session).

    Raises:
        NotFound: unknown.
    """
    row = await session.get(CourierConnection, connection_id)
    if row is None:
        raise NotFound("no such connection")
    return keys(vault, row)


KEEP_BALANCES: Final = timedelta(days=400)
_NOTE_BALANCE = text("""
    INSERT INTO account_balances (account_id, merchant_id, balance)
    SELECT id, merchant_id, :balance FROM courier_accounts WHERE id = :account
    ON CONFLICT (account_id, at) DO UPDATE SET balance = excluded.balance
""")  # unscoped: the system notes what a branch said of one account
_OLD_BALANCES = text("DELETE FROM account_balances WHERE account_id = :account AND at < :before")


async def note_balance(session: SystemSession, account_id: UUID, balance: int) -> None:
    """Record the numbers left at a branch, and when they were so many."""
    forget_calls()
    await session.execute(_NOTE_BALANCE, {"account": account_id, "balance": balance})
    await session.execute(_OLD_BALANCES, {"account": account_id, "before": now() - KEEP_BALANCES})
    await session.execute(
        update(CourierAccount)
        .where(CourierAccount.id == account_id)
        .values(balance=balance, balance_at=now())
    )


_SPEND = "UPDATE courier_accounts SET balance = balance - %s WHERE id = %s AND balance IS NOT NULL"
_CALLED = (
    "INSERT INTO connector_calls (connection_id, operation, minute, calls, failures, total_ms,"
    " last_error) VALUES (%s, %s, date_trunc('minute', now()), %s, %s, %s, %s)"
    " ON CONFLICT (connection_id, minute, operation) DO UPDATE SET"
    " calls = connector_calls.calls + excluded.calls,"
    " failures = connector_calls.failures + excluded.failures,"
    " total_ms = connector_calls.total_ms + excluded.total_ms,"
    " last_error = coalesce(excluded.last_error, connector_calls.last_error)"
)
Call = tuple[UUID, str, int, CourierError | None]
"""Connection, operation, milliseconds, error."""


def spent(numbers: Mapping[UUID, int]) -> Write:
    """Count numbers taken per account (negative: given back) until the next balance query."""
    return _SPEND, [(n, account) for account, n in sorted(numbers.items())]


async def spend(session: SystemSession, account_id: UUID, numbers: int) -> None:
    """See `spent`."""
    await write_within(session, spent({account_id: numbers}))


def called(calls: Sequence[Call]) -> Write:
    """Count calls for the connectors' health."""
    sums: dict[tuple[UUID, str], list[Any]] = {}
    for connection_id, operation, ms, error in calls:
        entry = sums.setdefault((connection_id, operation), [0, 0, 0, None])
        entry[0] += 1
        entry[2] += ms
        if error is not None:
            entry[1] += 1
            entry[3] = f"{error.code}: {error.courier_text}"[:500]
    return _CALLED, [(*key, *entry) for key, entry in sorted(sums.items(), key=str)]


async def note_calls(session: SystemSession, calls: Sequence[Call]) -> None:
    """See `called`."""
    await write_within(session, called(calls))


SAMPLES: Final = 5
"""Different texts kept of an unknown code."""

_UNKNOWN = text(f"""
    INSERT INTO unknown_codes (connector, courier, code, sample, count, extra)
    VALUES (:connector, :courier, :code, :sample, :count,
            jsonb_build_object('samples', jsonb_build_array(CAST(:sample AS text))))
    ON CONFLICT (connector, courier, code) DO UPDATE SET
        count = unknown_codes.count + excluded.count, sample = excluded.sample, last_at = now(),
        extra = jsonb_set(unknown_codes.extra, '{{samples}}', (
            SELECT jsonb_agg(DISTINCT s) FROM (
                SELECT s FROM jsonb_array_elements(
                    excluded.extra->'samples' || coalesce(unknown_codes.extra->'samples', '[]'))
                    AS e(s)
                LIMIT {SAMPLES}) latest))
""")
_MAP_UNKNOWN = text("""
    UPDATE unknown_codes u SET detail = :detail
    FROM (SELECT detail FROM unknown_codes
          WHERE connector = :connector AND courier = :courier AND code = :code FOR UPDATE) was
    WHERE u.connector = :connector AND u.courier = :courier AND u.code = :code
    RETURNING was.detail
""")
_MAPPED = "SELECT connector, courier, code, detail FROM unknown_codes WHERE detail IS NOT NULL"
_FORGET = text("DELETE FROM unknown_codes WHERE detail IS NULL AND last_at < :before")

Mapped = Mapping[tuple[str, str], Mapping[str, str]]
"""What operators made of unknown codes: (connector, courier) → code or shape of a text → detail."""


async def note_unknown(session: SystemSession, seen: Sequence[tuple[str, str, str, str]]) -> None:
    """Count what nobody could read: (connector, courier, code or shape of a text, sample)."""
    counts: dict[tuple[str, str, str], int] = {}
    samples: dict[tuple[str, str, str], str] = {}
    for connector, courier, code, sample in seen:
        key = (connector, courier, code)
        counts[key] = counts.get(key, 0) + 1
        samples[key] = sample
    await session.execute(
        _UNKNOWN,
        [
            {"connector": k[0], "courier": k[1], "code": k[2], "sample": samples[k], "count": n}
            for k, n in sorted(counts.items())
        ],
    )


async def map_unknown(
    session: WriteSession, connector: str, courier: str, code: str, detail: str | None
) -> str | None:
    """Say what an unknown code means, or with None that it is unknown again; what it meant before.

    Raises:
        NotFound: never seen, or the caller is no operator.
    """
    values = {"connector": connector, "courier": courier, "code": code, "detail": detail}
    row = (await session.execute(_MAP_UNKNOWN, values)).one_or_none()
    if row is None:
        raise NotFound("this code was never seen")
    before: str | None = row[0]
    return before


async def mapped_unknown(connection: Connection) -> Mapped:
    """Every mapping of an operator, on the merge's own connection: in force from its next batch."""
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(_MAPPED)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for connector, courier, code, detail in await cursor.fetchall():
        found.setdefault((connector, courier), {})[code] = detail
    return found


async def forget_unknown(session: SystemSession, before: datetime) -> None:
    """Drop what nobody mapped and no courier has said since."""
    await session.execute(_FORGET, {"before": before})
