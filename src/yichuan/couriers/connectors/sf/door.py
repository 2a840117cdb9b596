"""SF's pushes to us 路由推送.

SF signs nothing: who knows the push address may push. The address holds a random token of its own
for each connection, and is to be kept secret.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.fields import decoded, inside, kept_scan
from yichuan.couriers.connectors.form import MAX_BODY
from yichuan.couriers.connectors.sf import routes


class SfDoor:
    """RoutePushService, as JSON."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The body, when it has the form of a push.

        Raises:
            Refused: see `Door.open`.
        """
        if len(pushed.body) > MAX_BODY:
            raise Refused("too long", keep=False)
        try:
            body = inside(inside(decoded(pushed.body)).get("Body"))
        except ValueError as error:
            raise Refused(f"JSON: {error}", keep=True) from error
        if "WaybillRoute" not in body:
            raise Refused("no Body.WaybillRoute", keep=True)
        return pushed.body

    def read(self, content: bytes) -> PushBatch:
        """The scans of a push."""
        return routes.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """SF repeats a push unless return_code is 0000."""
        code, words = ("0000", "成功") if refused is None else ("1000", refused)
        return Answer(msgspec.json.encode({"return_code": code, "return_msg": words}))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is no object.
        """
        scan = kept_scan(row)
        return msgspec.json.encode({"Body": {"WaybillRoute": [scan | {"mailno": number}]}})
