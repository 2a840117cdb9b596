"""JD Logistics' pushes to us 物流轨迹推送: one scan as JSON, not signed.

The token in the push address is the credential, as with SF's.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.fields import decoded, inside, kept_scan, text
from yichuan.couriers.connectors.form import MAX_BODY
from yichuan.couriers.connectors.jdl import parse


class JdlDoor:
    """The pushes of numbers subscribed by trace/subscribe."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The body, when it has the form of a push.

        Raises:
            Refused: see `Door.open`.
        """
        if len(pushed.body) > MAX_BODY:
            raise Refused("too long", keep=False)
        try:
            given = decoded(pushed.body)
        except ValueError as error:
            raise Refused(f"JSON: {error}", keep=True) from error
        rows = given if isinstance(given, list) else [given]
        if not any(text(inside(row), "waybillCode") for row in rows):
            raise Refused("no waybillCode", keep=True)
        return pushed.body

    def read(self, content: bytes) -> PushBatch:
        """The scans of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """What a public receiver of JD's pushes answers: 200, else 500 with the reason."""
        code, words = ("200", "success") if refused is None else ("500", refused)
        return Answer(msgspec.json.encode({"code": code, "msg": words}))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is no object.
        """
        scan = kept_scan(row)
        return msgspec.json.encode(scan | {"waybillCode": number})
