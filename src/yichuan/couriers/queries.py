"""Reading couriers, connections and accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select, tuple_

from yichuan.core.cached import Cached, Remembered
from yichuan.core.database import Database, ReadSession, SystemSession
from yichuan.core.errors import NotFound
from yichuan.core.vault import digest_token
from yichuan.couriers.balance import Point
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Capability
from yichuan.couriers.models import (
    AccountBalance,
    Courier,
    CourierAccount,
    CourierConnection,
    CourierService,
    UnknownCode,
)
from yichuan.identity.scope import in_scope, scoped

__all__ = [
    "CourierAccount",
    "CourierConnection",
    "CourierService",
    "UnknownCode",
    "account",
    "accounts",
    "accounts_for",
    "accounts_query",
    "balances",
    "connection",
    "connection_of_token",
    "connections",
    "courier_of",
    "forget_accounts",
    "forget_reference",
    "known",
    "names",
    "own_account",
    "reference",
    "services",
    "tracking_connection",
    "unknown_code",
    "unknown_codes",
    "usable",
]

REFERENCE_SECONDS = 60.0
ACCOUNT_SECONDS = 2.0
"""How old accounts and their balances may be where numbers are taken."""


def accounts_query(session: ReadSession) -> Select[CourierAccount]:
    """Accounts the session may use: its merchants' own and the platform's lent ones."""
    merchants = session.merchants
    query = select(CourierAccount)
    if merchants is None:
        return query
    return query.where(
        or_(CourierAccount.merchant_id.is_(None), CourierAccount.merchant_id.in_(merchants))
    )


async def accounts(session: ReadSession, courier: str | None = None) -> Sequence[CourierAccount]:
    """Usable accounts by courier."""
    query = accounts_query(session)
    if courier is not None:
        query = query.where(CourierAccount.courier == courier)
    return list(await session.scalars(query.order_by(CourierAccount.courier, CourierAccount.id)))


async def accounts_for(
    session: ReadSession, merchant_id: UUID, courier: str | None = None
) -> Sequence[CourierAccount]:
    """Enabled accounts a merchant may ship on, its own first."""
    query = accounts_query(session).where(
        or_(CourierAccount.merchant_id.is_(None), CourierAccount.merchant_id == merchant_id),
        CourierAccount.enabled.is_(True),
    )
    if courier is not None:
        query = query.where(CourierAccount.courier == courier)
    rows = await session.scalars(
        query.order_by(CourierAccount.merchant_id.is_(None), CourierAccount.id)
    )
    return list(rows)


_usable: Remembered[UUID, Sequence[CourierAccount]] = Remembered(ACCOUNT_SECONDS)


async def usable(database: Database, merchant_id: UUID) -> Sequence[CourierAccount]:
    """`accounts_for`, a moment old: what numbers are taken on. A change here is seen at once."""

    async def load() -> Sequence[CourierAccount]:
        async with database.system() as session:
            return await accounts_for(session, merchant_id)

    return await _usable.get(database, merchant_id, load)


def forget_accounts() -> None:
    """Read usable accounts afresh next time."""
    _usable.forget()


async def account(session: ReadSession, account_id: UUID) -> CourierAccount:
    """One usable account.

    Raises:
        NotFound: unknown or another merchant's.
    """
    row = await session.scalar(accounts_query(session).where(CourierAccount.id == account_id))
    if row is None:
        raise NotFound("no such waybill account")
    return row


async def balances(session: ReadSession, account_id: UUID, since: datetime) -> list[Point]:
    """What the branch of an account of the caller's said of its numbers, oldest first.

    Raises:
        NotFound: unknown, another merchant's, or only borrowed.
    """
    await own_account(session, account_id)
    rows = await session.execute(
        select(AccountBalance.at, AccountBalance.balance)
        .where(
            in_scope(session, AccountBalance),
            AccountBalance.account_id == account_id,
            AccountBalance.at >= since,
        )
        .order_by(AccountBalance.at)
    )
    return [Point(row[0], row[1]) for row in rows]


async def own_account(session: ReadSession, account_id: UUID) -> CourierAccount:
    """One account the caller may change (not a borrowed one).

    Raises:
        NotFound: unknown, another merchant's, or only borrowed.
    """
    row = await session.scalar(
        scoped(session, CourierAccount).where(CourierAccount.id == account_id)
    )
    if row is None:
        raise NotFound("no such waybill account of yours")
    return row


async def connection(session: ReadSession, connection_id: UUID) -> CourierConnection:
    """One connection of the caller (operators: any).

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(
        scoped(session, CourierConnection).where(CourierConnection.id == connection_id)
    )
    if row is None:
        raise NotFound("no such connection")
    return row


async def connection_of_token(session: SystemSession, token: str) -> CourierConnection | None:
    """The enabled connection a push address belongs to (system session: couriers do not log in)."""
    # unscoped: the token is the credential, it names one connection whoever owns it
    return await session.scalar(
        select(CourierConnection).where(
            CourierConnection.push_token_digest == digest_token(token),
            CourierConnection.enabled.is_(True),
        )
    )


async def connections(session: ReadSession) -> Sequence[CourierConnection]:
    """The caller's connections."""
    return list(
        await session.scalars(
            scoped(session, CourierConnection).order_by(CourierConnection.created_at)
        )
    )


async def tracking_connection(
    session: ReadSession,
    merchant_id: UUID | None,
    courier: str,
    needs: Capability = "track",
) -> CourierConnection | None:
    """Through whom a courier's numbers are asked for: the merchant's connection before the
    platform's, the courier's own protocol before an aggregator."""
    rows = await session.scalars(
        select(CourierConnection)
        .where(
            CourierConnection.enabled.is_(True),
            or_(
                CourierConnection.merchant_id.is_(None),
                CourierConnection.merchant_id == merchant_id,
            ),
        )
        .order_by(CourierConnection.merchant_id.is_(None), CourierConnection.created_at)
    )
    known = registry.connectors()
    able = [
        row
        for row in rows
        if (one := known.get(row.connector)) and needs in one.can and one.carries(courier)
    ]
    able.sort(key=lambda row: (row.merchant_id is None, known[row.connector].kind != "direct"))
    return able[0] if able else None


async def _load_names(session: ReadSession) -> dict[str, str]:
    rows = await session.execute(select(Courier.code, Courier.name_zh))
    return {row.code: row.name_zh for row in rows}


async def _load_services(session: ReadSession) -> list[CourierService]:
    rows = list(await session.scalars(select(CourierService)))
    for row in rows:
        # They outlive the session: were it rolled back, they could not be read any more.
        session.expunge(row)
    return rows


_names = Cached(REFERENCE_SECONDS, _load_names)
_services = Cached(REFERENCE_SECONDS, _load_services)


async def names(session: ReadSession) -> dict[str, str]:
    """Chinese names of all couriers by code (at most a minute old)."""
    return await _names.get(session)


async def courier_of(session: ReadSession, code: str) -> Courier | None:
    """One courier of the catalogue."""
    return await session.get(Courier, code)


async def known(session: ReadSession, codes: set[str]) -> set[str]:
    """Which of these courier codes exist."""
    return codes & set(await names(session))


async def services(session: ReadSession) -> list[CourierService]:
    """Every service of every courier (at most a minute old)."""
    return await _services.get(session)


@dataclass(frozen=True, slots=True)
class Reference:
    """Couriers' Chinese names by code, and every service."""

    names: Mapping[str, str]
    services: Sequence[CourierService]

    def service_name(self, courier: str, service: str | None) -> str:
        """A service's Chinese name; empty where it is none of ours."""
        found = (s.name_zh for s in self.services if (s.courier, s.code) == (courier, service))
        return next(found, "")


_reference: Remembered[None, Reference] = Remembered(REFERENCE_SECONDS)


async def reference(database: Database) -> Reference:
    """Names and services (at most two minutes old)."""

    async def load() -> Reference:
        async with database.system() as session:
            return Reference(await names(session), await services(session))

    return await _reference.get(database, None, load)


def forget_reference() -> None:
    """Read couriers and services afresh next time."""
    _names.forget()
    _services.forget()
    _reference.forget()


_UNKNOWN_ORDER = (
    UnknownCode.last_at,
    UnknownCode.connector,
    UnknownCode.courier,
    UnknownCode.code,
)


async def unknown_codes(
    session: ReadSession,
    *,
    text_only: bool | None = None,
    mapped: bool | None = None,
    courier: str | None = None,
    q: str | None = None,
    after: tuple[datetime, str, str, str] | None = None,
    limit: int = 50,
) -> Sequence[UnknownCode]:
    """Codes and shapes of texts nobody could read, last seen first; platform's eyes only.

    `text_only`: shapes of texts (True) or codes (False). `q` is looked for in code and sample.
    """
    query = select(UnknownCode)  # unscoped: the policy lets only the platform see the table
    if text_only is not None:
        is_text = UnknownCode.code.startswith("text:")
        query = query.where(is_text if text_only else ~is_text)
    if mapped is not None:
        query = query.where(UnknownCode.detail.is_not(None) == mapped)
    if courier:
        query = query.where(UnknownCode.courier == courier)
    if q:
        query = query.where(
            or_(
                UnknownCode.code.icontains(q, autoescape=True),
                UnknownCode.sample.icontains(q, autoescape=True),
            )
        )
    if after is not None:
        query = query.where(tuple_(*_UNKNOWN_ORDER) < after)
    query = query.order_by(*(column.desc() for column in _UNKNOWN_ORDER)).limit(limit)
    return (await session.scalars(query)).all()


async def unknown_code(
    session: ReadSession, connector: str, courier: str, code: str
) -> UnknownCode:
    """One of them.

    Raises:
        NotFound: never seen, or the caller is no operator.
    """
    key = (connector, courier, code)
    row = await session.get(UnknownCode, key)  # unscoped: as above
    if row is None:
        raise NotFound("this code was never seen")
    return row
