"""The log's consumers: everyone who reacts later to what happened."""

from __future__ import annotations

from yichuan.core.consumers import Consumer
from yichuan.orders import state as orders
from yichuan.shipments import state as shipments

CONSUMERS: tuple[Consumer, ...] = (
    Consumer("shipments.state", "track", shipments.handle),
    Consumer("orders.state", "shipment", orders.handle),
)
