"""The shipments list as a download. Mounted before the routes that end in a shipment's id."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from yichuan.core.clock import CHINA, now
from yichuan.core.export import download
from yichuan.identity import service as identity
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep
from yichuan.identity.hot import query_parameters, read_query
from yichuan.merchants import queries as merchants
from yichuan.shipments import export
from yichuan.shipments.routes import filters_of
from yichuan.shipments.schemas import ShipmentFilter

router = APIRouter(tags=["shipments"])


@router.get(
    "/shipments/export.csv",
    response_class=StreamingResponse,
    openapi_extra=query_parameters(ShipmentFilter),
)
async def export_shipments(
    request: Request, context: ContextDep, caller: CallerDep
) -> StreamingResponse:
    """The filtered list as CSV, newest first; recipients masked as in the list."""
    wanted = filters_of(context, read_query(request, ShipmentFilter))
    scope = visible_merchants(caller)
    async with context.database.write(scope) as session:
        codes = {row.id: row.code for row in await merchants.listing(session)}
        await identity.audit(
            session, caller, "shipments.exported", "shipments", caller.merchant_id, q=wanted.q
        )
    name = f"shipments-{now().astimezone(CHINA):%Y%m%d-%H%M}.csv"
    rows = export.batches(context.database, scope, wanted, codes)
    return download(name, export.TITLES, rows)
