"""The log's consumers: everyone who reacts later to what happened."""

from __future__ import annotations

from yichuan.core.consumers import Consumer
from yichuan.couriers import learning
from yichuan.exceptions import detect as exceptions
from yichuan.gateway import consumer as gateway
from yichuan.notify import consumer as notify
from yichuan.orders import state as orders
from yichuan.rollups import consumer as rollups
from yichuan.shipments import state as shipments

CONSUMERS: tuple[Consumer, ...] = (
    Consumer("shipments.state", "track", shipments.handle),
    Consumer("orders.state", "shipment", orders.handle),
    Consumer("exceptions.detect", "shipment", exceptions.handle),
    Consumer("notify.webhooks", "shipment", notify.handle),
    Consumer("gateway.pushes", "track", gateway.handle),
    Consumer("reports.rollup", "shipment", rollups.handle),
    Consumer("reports.figures", "figures", rollups.handle, batch=100_000),
    Consumer("couriers.numbers", "shipment", learning.handle),
)
