"""KDNiao's pushes without reading again what is known: rows are cut out, decoded when asked for.

A push repeats whole histories, and of eleven rows ten are old. Finding where a row ends costs a
fifth of decoding it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from yichuan.couriers.connectors.base import CourierEvent, RejectedEvent
from yichuan.couriers.connectors.connector import Skimmed
from yichuan.couriers.connectors.kdniao.traces import event_of, lenient_row, rejected_row, watched
from yichuan.couriers.connectors.staff import named
from yichuan.couriers.connectors.times import courier_date


class _Row(msgspec.Struct):
    LogisticCode: str
    ShipperCode: str
    Traces: list[msgspec.Raw] | None
    Success: bool | str | None = None
    Reason: str | None = None
    State: str | int | None = None
    EstimatedDeliveryTime: str | None = None
    DeliveryMan: str | None = None
    DeliveryManTel: str | int | None = None


class _Push(msgspec.Struct):
    Data: list[_Row]


_decode = msgspec.json.Decoder(_Push).decode


class KdniaoSkimmer:
    """Pushes 101 and 102."""

    def skim(self, content: bytes) -> Sequence[Skimmed] | None:
        """The numbers of a push that is well formed."""
        try:
            rows = _decode(content).Data
        except (msgspec.DecodeError, RecursionError):
            return None
        return [
            Skimmed(
                row.ShipperCode,
                row.LogisticCode,
                row.Traces or (),
                watched(row.Success, row.State, row.Reason),
                row.Reason or None,
                courier_date(row.EstimatedDeliveryTime),
                named(row.DeliveryMan, row.DeliveryManTel) if row.DeliveryManTel else None,
            )
            for row in rows
        ]

    def events(
        self, rows: Sequence[bytes]
    ) -> tuple[tuple[CourierEvent, ...], tuple[RejectedEvent, ...]]:
        """Rows of Traces. An odd row costs only itself."""
        events: list[CourierEvent] = []
        rejected: list[RejectedEvent] = []
        for row in rows:
            try:
                trace = lenient_row(row)
                events.append(event_of(trace))
            except (ValueError, OverflowError) as error:
                rejected.append(rejected_row(bytes(row), str(error)))
        return tuple(events), tuple(rejected)
