"""Mounts every room's routes."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from yichuan.assessment.routes import router as assessment
from yichuan.costs.routes import router as costs
from yichuan.couriers.catalogue_routes import router as catalogue
from yichuan.couriers.connection_routes import router as connections
from yichuan.couriers.quota_routes import router as quotas
from yichuan.couriers.routes import router as couriers
from yichuan.exceptions.routes import router as exceptions
from yichuan.feedback.routes import router as feedback
from yichuan.gateway.pickup_routes import router as pickups
from yichuan.gateway.routes import door_router
from yichuan.gateway.routes import router as gateway
from yichuan.identity.routes import router as identity
from yichuan.imports.routes import router as imports
from yichuan.merchants.routes import router as merchants
from yichuan.notify.endpoint_routes import router as webhooks
from yichuan.notify.routes import router as notify
from yichuan.orders.routes import router as orders
from yichuan.rating.routes import router as rating
from yichuan.reports.live_routes import router as live_reports
from yichuan.reports.routes import router as reports
from yichuan.scorecards.routes import router as scorecards
from yichuan.shipments.export_routes import router as exports
from yichuan.shipments.link_routes import router as links
from yichuan.shipments.proof_routes import router as proofs
from yichuan.shipments.routes import router as shipments
from yichuan.shipments.timeline import router as timeline
from yichuan.terms.routes import router as terms
from yichuan.tickets.routes import router as tickets
from yichuan.tracking.door import push_route
from yichuan.tracking.polling_routes import router as polling
from yichuan.tracking.routes import router as tracking
from yichuan.tracking.unknown_routes import router as unknown_codes
from yichuan.waybills.further_routes import router as further
from yichuan.waybills.routes import router as waybills
from yichuan.waybills.settling_routes import router as settling
from yichuan.web.buyer import buyer_router
from yichuan.web.live_routes import router as live
from yichuan.web.say import say_router
from yichuan.web.track import track_router
from yichuan.web.widget import widget_router

ROUTERS: tuple[APIRouter, ...] = (
    exports,  # before the shipments, whose routes take any last part of the path for an id
    shipments,  # first: routes are matched in order, and these are asked for most
    links,
    proofs,
    orders,
    settling,  # before the waybills, who take its last part of the path for an id
    waybills,
    further,
    costs,
    unknown_codes,  # before the couriers, who may take its last part of the path for a code
    catalogue,
    couriers,
    connections,
    quotas,
    assessment,
    exceptions,
    feedback,
    gateway,
    pickups,
    identity,
    imports,
    live,
    merchants,
    notify,
    webhooks,
    rating,
    live_reports,
    reports,
    scorecards,
    terms,
    tickets,
    timeline,
    tracking,
    polling,
)
"""Every room's router, served under /api/v1."""

DOORS: tuple[APIRouter, ...] = (
    door_router,
    track_router,
    say_router,
    buyer_router,
    widget_router,
)
"""Routers with paths of their own: the KDNiao door, the buyer's page."""


def mount(app: FastAPI) -> None:
    """Attach the API to the application; routes are tried in order."""
    app.router.routes.append(push_route)
    for router in DOORS:
        app.include_router(router)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
