"""Imports every room's tables, so that the metadata is whole (migrations, tests)."""

from yichuan.admission import models as admission
from yichuan.core import models as core
from yichuan.costs import models as costs
from yichuan.couriers import models as couriers
from yichuan.exceptions import models as exceptions
from yichuan.feedback import models as feedback
from yichuan.forecast import models as forecast
from yichuan.gateway import models as gateway
from yichuan.identity import models as identity
from yichuan.imports import models as imports
from yichuan.merchants import models as merchants
from yichuan.notify import models as notify
from yichuan.orders import models as orders
from yichuan.rating import models as rating
from yichuan.rollups import models as rollups
from yichuan.scorecards import models as scorecards
from yichuan.shipments import models as shipments
from yichuan.terms import models as terms
from yichuan.tickets import models as tickets
from yichuan.tracking import models as tracking
from yichuan.waybills import models as waybills

metadata = core.Base.metadata

__all__ = [
    "admission",
    "core",
    "costs",
    "couriers",
    "exceptions",
    "feedback",
    "forecast",
    "gateway",
    "identity",
    "imports",
    "merchants",
    "metadata",
    "notify",
    "orders",
    "rating",
    "rollups",
    "scorecards",
    "shipments",
    "terms",
    "tickets",
    "tracking",
    "waybills",
]
