"""KDNiao's pushes to us: verified, read and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.kdniao import build, traces
from yichuan.couriers.connectors.kdniao.sign import verified


class KdniaoDoor:
    """KDNiao's pushes 101 and 102."""

    TYPES: Final = frozenset({b"101", b"102"})

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """RequestData as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(pushed.body)
        except ValueError as error:
            raise Refused(f"form: {error}", keep=False) from error
        data, sign = fields.get("RequestData"), fields.get("DataSign")
        if data is None or sign is None:
            raise Refused("RequestData or DataSign is missing", keep=False)
        right = verified(data, sign, keys.secret)
        if right is None:
            raise Refused("signature", keep=True)
        if fields.get("RequestType", b"").strip() not in self.TYPES:
            raise Refused("RequestType is not supported", keep=False)
        return right

    def read(self, content: bytes) -> PushBatch:
        """The records of a push."""
        return traces.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """KDNiao's own reply."""
        body = build.push_answer(public_id, at, ok=refused is None, reason=refused or "")
        return Answer(body)

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one trace.

        Raises:
            ValueError: the row is not JSON.
        """
        record = {"ShipperCode": courier, "LogisticCode": number, "Traces": [msgspec.Raw(row)]}
        try:
            msgspec.json.decode(row)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error
        return msgspec.json.encode({"Data": [record]})
