"""Helpers of these tests: a connection with its push address, pushes as KDNiao sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from yichuan.core.clock import CHINA
from yichuan.core.context import Context
from yichuan.couriers import service as couriers
from yichuan.simulator.wire import form, signed_push

EBUSINESS_ID = "1234567"
APP_KEY = "a-secret-key"
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}


@dataclass(frozen=True)
class Line:
    """A courier connection and where its pushes go."""

    id: UUID
    token: str

    @property
    def path(self) -> str:
        return f"/push/kdniao/{self.token}"


async def make_line(context: Context, merchant_id: UUID | None = None) -> Line:
    async with context.database.system() as session:
        connection_id, token = await couriers.add_connection(
            session,
            context.vault,
            merchant_id=merchant_id,
            connector="kdniao",
            name="快递鸟",
            endpoint="http://courier.test",
            public_id=EBUSINESS_ID,
            secret=APP_KEY,
        )
    return Line(connection_id, token)


def wire_time(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def trace(at: datetime | str, text: str, code: str | None = None, city: str | None = None) -> dict:
    row: dict[str, Any] = {
        "AcceptTime": at if isinstance(at, str) else wire_time(at),
        "AcceptStation": text,
    }
    return row | ({"Action": code} if code else {}) | ({"Location": city} if city else {})


def record(number: str, traces: Sequence[dict], courier: str = "ZTO", **fields: Any) -> dict:
    return {
        "EBusinessID": EBUSINESS_ID,
        "ShipperCode": courier,
        "LogisticCode": number,
        "Success": True,
        "Traces": list(traces),
    } | fields


def push(*records: dict, kind: str = "102", spoil: bool = False) -> bytes:
    now = datetime.now(UTC)
    return signed_push(EBUSINESS_ID, APP_KEY, kind, records, now, spoil=spoil)


def raw_push(data: str) -> bytes:
    """A rightly signed push of any text."""
    from yichuan.simulator.wire import data_sign

    return form({"RequestData": data, "RequestType": "102", "DataSign": data_sign(data, APP_KEY)})


def said(answer: bytes) -> dict:
    return msgspec.json.decode(answer)
