"""Connections and waybill accounts over HTTP (the catalogue: `catalogue_routes`)."""

from __future__ import annotations

import time
from uuid import UUID

from fastapi import APIRouter, Request

from yichuan.core.context import Context
from yichuan.core.errors import Forbidden
from yichuan.core.pagination import Page
from yichuan.couriers import connecting, endpoints, queries, service
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.base import CourierError
from yichuan.couriers.models import CourierAccount, CourierConnection
from yichuan.couriers.schemas import (
    AccountChange,
    AccountRequest,
    AccountView,
    ConnectionRequest,
    ConnectionView,
    ConnectorView,
    CredentialView,
    TestResult,
)
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep

router = APIRouter(tags=["couriers"])


def _owner(caller: Caller, wanted: UUID | None) -> UUID | None:
    if caller.merchant_id is not None and wanted not in (None, caller.merchant_id):
        raise Forbidden("a merchant sets up its own couriers only")
    return caller.merchant_id or wanted


def connection_view(context: Context, row: CourierConnection) -> ConnectionView:
    """A connection as shown to its owner: no secret, but which ones are set."""
    extra, secrets = connecting.shown_extra(context.vault, row)
    return ConnectionView(
        id=row.id,
        merchant_id=row.merchant_id,
        connector=row.connector,
        name=row.name,
        endpoint=row.endpoint,
        public_id=row.public_id,
        extra=extra,
        secrets=secrets,
        rate_per_second=row.rate_per_second,
        polls_per_day=row.polls_per_day,
        enabled=row.enabled,
        push_url=service.push_url(context.settings.base_url, context.vault, row),
        last_ok_at=row.last_ok_at,
        last_error=row.last_error,
    )


@router.get("/connectors")
async def list_connectors(caller: CallerDep) -> Page[ConnectorView]:
    """The protocols that can be connected, with what each needs."""
    caller.require("operator", "merchant")
    return Page(
        items=[
            ConnectorView(
                **{
                    name: getattr(one, name)
                    for name in ConnectorView.model_fields
                    if name not in ("can", "credentials", "couriers")
                },
                can=dict(one.can),
                credentials=[CredentialView.model_validate(f) for f in one.credentials],
                couriers=None if one.couriers is None else len(one.couriers),
            )
            for one in registry.connectors().values()
        ]
    )


@router.get("/courier-connections")
async def list_connections(
    caller: CallerDep, context: ContextDep, session: ReadDep
) -> Page[ConnectionView]:
    """The caller's API credentials with the push address to tell the API."""
    caller.require("operator", "merchant")
    rows = await queries.connections(session)
    return Page(items=[connection_view(context, row) for row in rows])


@router.post("/courier-connections", status_code=201)
async def create_connection(
    wish: ConnectionRequest, caller: CallerDep, context: ContextDep, session: WriteDep
) -> ConnectionView:
    """Store a credential at an API."""
    caller.require("operator", "merchant")
    owner = _owner(caller, wish.merchant_id)
    await endpoints.check_endpoint(
        session, wish.connector, str(wish.endpoint), merchants=owner is not None
    )
    connection_id, _ = await service.add_connection(
        session,
        context.vault,
        merchant_id=owner,
        connector=wish.connector,
        name=wish.name,
        endpoint=str(wish.endpoint),
        public_id=wish.public_id,
        secret=wish.secret,
        extra=wish.extra,
        rate_per_second=wish.rate_per_second,
        polls_per_day=wish.polls_per_day,
    )
    await identity.audit(session, caller, "connection.created", str(connection_id), owner)
    return connection_view(context, await queries.connection(session, connection_id))


CONTRACT = ("customer_name", "month_code")
"""What a branch knows the customer by: not for those who only borrow the account."""


def account_view(caller: Caller, row: CourierAccount) -> AccountView:
    """An account as shown: without secrets, with the warning of a low balance."""
    low = row.balance is not None and row.balance <= row.balance_alert
    shown = {name: getattr(row, name) for name in AccountView.model_fields if name != "low"}
    if row.merchant_id is None and not caller.is_platform:
        shown |= dict.fromkeys(CONTRACT)
    return AccountView.model_validate(shown | {"low": low})


@router.get("/courier-accounts")
async def list_accounts(
    caller: CallerDep, session: ReadDep, courier: str | None = None
) -> Page[AccountView]:
    """Waybill accounts the caller may use: its own and the platform's lent ones."""
    rows = await queries.accounts(session, courier)
    return Page(items=[account_view(caller, row) for row in rows])


@router.post("/courier-accounts", status_code=201)
async def create_account(
    wish: AccountRequest, caller: CallerDep, context: ContextDep, session: WriteDep
) -> AccountView:
    """Add a waybill account at a branch."""
    caller.require("operator", "merchant")
    owner = _owner(caller, wish.merchant_id)
    values = wish.model_dump() | {"merchant_id": owner}
    account_id = await service.add_account(session, context.vault, **values)
    await identity.audit(session, caller, "account.created", str(account_id), owner)
    return account_view(caller, await queries.account(session, account_id))


@router.patch("/courier-accounts/{account_id}")
async def change_account(
    account_id: UUID,
    wish: AccountChange,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> AccountView:
    """Switch an account on or off, change its alert or password."""
    caller.require("operator", "merchant")
    values = wish.model_dump(exclude_none=True)
    await service.change_account(session, context.vault, account_id, values)
    await identity.audit(session, caller, "account.changed", str(account_id), caller.merchant_id)
    row = await queries.account(session, account_id)
    await session.refresh(row)
    return account_view(caller, row)


@router.post("/courier-accounts/{account_id}/test")
async def test_account(
    request: Request, account_id: UUID, caller: CallerDep, context: ContextDep
) -> TestResult:
    """测试连接: ask the branch for its balance and say what it answered."""
    caller.require("operator", "merchant")
    async with context.database.read(
        None if caller.merchant_id is None else (caller.merchant_id,)
    ) as session:
        await queries.account(session, account_id)
    async with context.database.system() as system:
        line = await service.line(system, context.vault, request.app.state.http, account_id)
    started = time.monotonic()
    failure: CourierError | None = None
    available: int | None = None
    try:
        left = await line.client.check(line.courier, line.branch)
        available = left.available if left else None
    except CourierError as error:
        failure = error
    async with context.database.system() as system:
        ms = int((time.monotonic() - started) * 1000)
        await service.note_calls(system, [(line.connection_id, "balance", ms, failure)])
        if available is not None:
            await service.note_balance(system, account_id, available)
    if failure is not None:
        return TestResult(ok=False, code=failure.code, courier_text=failure.courier_text)
    return TestResult(ok=True, balance=available)
