"""Kuaidi100's pushes to us: the form's `param`, signed as MD5(param + salt)."""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.fields import decoded
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.kuaidi100 import build, parse
from yichuan.couriers.connectors.kuaidi100.companies import OURS_TO_THEIRS


class Kuaidi100Door:
    """Pushes of subscribed numbers."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The `param` as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(pushed.body)
            param, sign = fields["param"].decode(), fields["sign"].decode("ascii")
        except (ValueError, KeyError) as error:
            raise Refused(f"form: {error}", keep=False) from error
        right = build.digest(param, keys.extra.get("salt", ""))
        if not hmac.compare_digest(right, sign.strip().upper()):
            raise Refused("signature", keep=True)
        return param.encode()

    def read(self, content: bytes) -> PushBatch:
        """The records of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """Kuaidi100's reply."""
        ok = refused is None
        said = {"result": ok, "returnCode": "200" if ok else "500", "message": refused or "成功"}
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is not JSON, or the courier is unknown.
        """
        if courier not in OURS_TO_THEIRS:
            raise ValueError(f"unknown courier {courier}")
        last = {"nu": number, "com": OURS_TO_THEIRS[courier], "data": [decoded(row)]}
        return msgspec.json.encode({"status": "polling", "lastResult": last})
