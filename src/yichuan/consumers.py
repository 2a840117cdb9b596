"""The log's consumers: everyone who reacts later to what happened."""

from __future__ import annotations

from yichuan.core.consumers import Consumer
from yichuan.couriers import learning
from yichuan.exceptions import detect as exceptions
from yichuan.forecast import service as forecast
from yichuan.gateway import consumer as gateway
from yichuan.notify import consumer as notify
from yichuan.notify.events import ONLY as TOLD
from yichuan.orders import state as orders
from yichuan.rollups import consumer as rollups
from yichuan.shipments import further, live_table
from yichuan.shipments import state as shipments
from yichuan.tracking import following, polling_learning

CONSUMERS: tuple[Consumer, ...] = (
    # Large: while pushes are merged, each of its steps waits for a turn as long as the merge works.
    Consumer("shipments.state", "track", shipments.handle, batch=2000),
    Consumer("tracking.handovers", "handover", following.handle, only=following.ONLY),
    Consumer("shipments.numbers", "handover", further.handle, only=further.ONLY),
    Consumer("orders.state", "shipment", orders.handle, only=orders.ONLY, patient=True),
    Consumer(
        "exceptions.detect",
        "shipment",
        exceptions.handle,
        batch=500,
        only=exceptions.ONLY,
        patient=True,
    ),
    Consumer("notify.webhooks", "shipment", notify.handle, only=TOLD, patient=True),
    Consumer("gateway.pushes", "track", gateway.handle, patient=True),
    Consumer("reports.rollup", "shipment", rollups.handle, patient=True),
    Consumer("reports.figures", "figures", rollups.handle, batch=100_000, patient=True),
    Consumer(
        "shipments.live",
        "shipment",
        live_table.handle,
        batch=5000,
        only=live_table.ONLY,
        patient=True,
    ),
    Consumer(
        "tracking.pace",
        "track",
        polling_learning.handle,
        batch=5000,
        only=polling_learning.ONLY,
        patient=True,
    ),
    Consumer("forecast.arrivals", "shipment", forecast.handle, only=forecast.ONLY, patient=True),
    Consumer("couriers.numbers", "shipment", learning.handle, only=learning.ONLY, patient=True),
)
"""Who is not patient shows people where their parcels are."""
