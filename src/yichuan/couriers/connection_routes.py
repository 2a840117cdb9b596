"""Changing, trying and watching connections over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from yichuan.couriers import connecting, endpoints, queries, service
from yichuan.couriers.connecting import Health
from yichuan.couriers.endpoints import CourierAddressSettings
from yichuan.couriers.routes import connection_view
from yichuan.couriers.schemas import (
    ConnectionChange,
    ConnectionHealth,
    ConnectionView,
    HourCalls,
    OperationCalls,
    TestResult,
)
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep

router = APIRouter(tags=["couriers"])

CLEARED = ("rate_per_second", "polls_per_day")
"""Fields whose null means the default again."""


@router.patch("/courier-connections/{connection_id}")
async def change_connection(
    connection_id: UUID,
    wish: ConnectionChange,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
) -> ConnectionView:
    """Rename, move, switch on or off, or replace credentials; fields left out stay."""
    caller.require("operator", "merchant")
    values = wish.model_dump(exclude_unset=True)
    if wish.endpoint is not None:
        values["endpoint"] = str(wish.endpoint)
    kept_when_null = {name for name, value in values.items() if value is None}
    values = {n: v for n, v in values.items() if n in CLEARED or n not in kept_when_null}
    if wish.endpoint is not None:
        old = await queries.connection(session, connection_id)
        await endpoints.check_endpoint(
            session, old.connector, values["endpoint"], merchants=old.merchant_id is not None
        )
    await connecting.change_connection(session, context.vault, connection_id, values)
    row = await queries.connection(session, connection_id)
    await session.refresh(row)
    await identity.audit(
        session,
        caller,
        "connection.changed",
        str(connection_id),
        row.merchant_id,
    )
    return connection_view(context, row)


@router.post("/courier-connections/{connection_id}/test")
async def test_connection(
    request: Request,
    connection_id: UUID,
    caller: CallerDep,
    context: ContextDep,
) -> TestResult:
    """测试连接: prove address and credentials by a call that costs and changes nothing."""
    caller.require("operator", "merchant")
    merchants = None if caller.merchant_id is None else (caller.merchant_id,)
    async with context.database.read(merchants) as session:
        await queries.connection(session, connection_id)
    tried = await connecting.try_connection(context, request.app.state.http, connection_id)
    if tried.failure is not None:
        return TestResult(
            ok=False, code=tried.failure.code, courier_text=tried.failure.courier_text
        )
    return TestResult(ok=True, balance=tried.balance)


@router.get("/courier-connections/{connection_id}/health")
async def connection_health(
    connection_id: UUID,
    caller: CallerDep,
    context: ContextDep,
    session: ReadDep,
    hours: Annotated[int, Query(ge=1, le=720)] = 24,
) -> ConnectionHealth:
    """How its calls went: by operation, and hour by hour."""
    caller.require("operator", "merchant")
    await queries.connection(session, connection_id)
    async with context.database.system() as system:
        operations, by_hour = await connecting.health(system, connection_id, hours)
    return ConnectionHealth(
        resting=service.resting(connection_id),
        operations=[_operation(one) for one in operations],
        hours=[
            HourCalls(hour=one.hour, calls=one.calls, failures=one.failures, mean_ms=one.mean_ms)
            for one in by_hour
            if one.hour is not None
        ],
    )


@router.get("/settings/courier-addresses")
async def get_courier_addresses(caller: CallerDep, session: ReadDep) -> CourierAddressSettings:
    """Private servers that courier connections may name, and unknown ones merchants may."""
    caller.require("operator")
    return await endpoints.setting.get(session)


@router.put("/settings/courier-addresses")
async def set_courier_addresses(
    wish: CourierAddressSettings, caller: CallerDep, session: WriteDep
) -> CourierAddressSettings:
    """Allow servers by name or network; in force for calls within seconds."""
    caller.require("operator")
    await endpoints.setting.put(session, wish)
    service.forget_calls()
    detail = wish.model_dump(mode="json")
    await identity.audit(
        session, caller, "settings.courier_addresses", "courier_addresses", None, **detail
    )
    return wish


def _operation(one: Health) -> OperationCalls:
    return OperationCalls(
        operation=one.operation,
        calls=one.calls,
        failures=one.failures,
        mean_ms=one.mean_ms,
        last_error=one.last_error,
    )
