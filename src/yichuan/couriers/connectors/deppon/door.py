"""Deppon's pushes to us: the same form as its calls, the digest over params, key and timestamp."""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.deppon import build, parse
from yichuan.couriers.connectors.fields import decoded
from yichuan.couriers.connectors.form import form_fields


class DepponDoor:
    """Pushes of the numbers taken with `needTraceInfo`."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The `params` as they were signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(pushed.body)
            params, moment = fields["params"].decode(), fields["timestamp"].decode("ascii")
            given = fields["digest"].decode("ascii")
        except (ValueError, KeyError) as error:
            raise Refused(f"form: {error}", keep=False) from error
        if not hmac.compare_digest(build.digest(params, keys.secret, moment), given.strip()):
            raise Refused("signature", keep=True)
        return params.encode()

    def read(self, content: bytes) -> PushBatch:
        """The records of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """Deppon's reply."""
        ok = refused is None
        code, result = ("1000", "true") if ok else ("2000", "false")
        said = {"result": result, "reason": refused or "成功", "resultCode": code}
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is not JSON.
        """
        return msgspec.json.encode({"tracking_number": number, "trace_list": [decoded(row)]})
