"""Applications for waybill accounts 客户号申请: kept, shown, decided by the platform's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.clock import now
from yichuan.core.database import ReadSession, SystemSession, WriteSession
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.ids import new_id
from yichuan.core.pagination import read_time_cursor, time_cursor
from yichuan.core.vault import Vault
from yichuan.couriers import service
from yichuan.couriers.models import AccountApplication
from yichuan.identity.scope import scoped

__all__ = [
    "AccountApplication",
    "Applied",
    "Grant",
    "apply",
    "decide",
    "details_of",
    "listing",
    "one",
]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an applicant says. `details`: contact and address, kept encrypted."""

    courier: str
    apply_no: str
    company: str
    details: dict[str, str]
    branch_code: str = ""
    branch_name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """The account a branch opened. With `connection_id` it is made usable here at once."""

    customer_name: str
    customer_password: str
    branch_code: str = ""
    branch_name: str = ""
    month_code: str = ""
    connection_id: UUID | None = None


async def apply(
    session: WriteSession,
    vault: Vault,
    *,
    merchant_id: UUID | None,
    key_id: UUID,
    applied: Applied,
) -> AccountApplication:
    """Keep an application; the same number of an applicant again finds the first one."""
    details = msgspec.json.encode(applied.details).decode()
    await session.execute(
        insert(AccountApplication)
        .values(
            id=new_id(),
            merchant_id=merchant_id,
            key_id=key_id,
            courier=applied.courier,
            apply_no=applied.apply_no,
            company=applied.company,
            details_enc=vault.seal_secret(details),
            branch_code=applied.branch_code or None,
            branch_name=applied.branch_name or None,
        )
        .on_conflict_do_nothing()
    )
    row = await session.scalar(
        select(AccountApplication).where(
            AccountApplication.key_id == key_id, AccountApplication.apply_no == applied.apply_no
        )
    )
    if row is None:
        raise Conflict("the application number is taken")
    return row


async def one(session: ReadSession, application_id: UUID) -> AccountApplication:
    """One application.

    Raises:
        NotFound: unknown or not the caller's.
    """
    row = await session.scalar(
        scoped(session, AccountApplication).where(AccountApplication.id == application_id)
    )
    if row is None:
        raise NotFound("no such application")
    return row


async def listing(
    session: ReadSession, state: str | None, limit: int, cursor: str | None
) -> tuple[list[AccountApplication], str | None]:
    """The caller's applications (operators: all), newest first, and the next cursor.

    Raises:
        Invalid: the cursor is not of this list.
    """
    query = scoped(session, AccountApplication)
    if state is not None:
        query = query.where(AccountApplication.state == state)
    at = tuple_(AccountApplication.created_at, AccountApplication.id)
    if cursor is not None:
        query = query.where(at < tuple_(*read_time_cursor(cursor)))
    newest = (AccountApplication.created_at.desc(), AccountApplication.id.desc())
    rows: Sequence[AccountApplication] = list(
        await session.scalars(query.order_by(*newest).limit(limit + 1))
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return list(rows[:limit]), time_cursor(last.created_at, last.id) if last else None


def details_of(vault: Vault, row: AccountApplication) -> dict[str, str]:
    """Contact and address of an application, in clear."""
    return msgspec.json.decode(vault.open_secret(row.details_enc), type=dict[str, str])


async def decide(
    session: SystemSession, vault: Vault, application_id: UUID, grant: Grant | None, reason: str
) -> AccountApplication:
    """Grant an application or (None) refuse it.

    Raises:
        NotFound: unknown, or the connection is.
        Conflict: decided already, or the account is there already.
    """
    row = await session.get(AccountApplication, application_id, with_for_update=True)
    if row is None:
        raise NotFound("no such application")
    if row.state != "open":
        raise Conflict(f"the application is {row.state}")
    row.state, row.reason, row.decided_at = "refused", reason or None, now()
    if grant is not None:
        row.state = "granted"
        row.customer_name = grant.customer_name
        row.customer_password_enc = vault.seal_secret(grant.customer_password)
        row.branch_code = grant.branch_code or row.branch_code
        row.branch_name = grant.branch_name or row.branch_name
        if grant.connection_id is not None:
            row.account_id = await service.add_account(
                session,
                vault,
                merchant_id=row.merchant_id,
                connection_id=grant.connection_id,
                courier=row.courier,
                branch_code=row.branch_code,
                branch_name=row.branch_name,
                customer_name=grant.customer_name,
                customer_password=grant.customer_password,
                month_code=grant.month_code or None,
            )
    await session.flush()
    return row
