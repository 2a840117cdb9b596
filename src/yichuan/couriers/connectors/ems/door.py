"""China Post's pushes to us 轨迹推送 (040002): JSON around a sealed body.

Nothing else is signed: only who has the signing key can seal a body that opens to JSON.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.ems import build, parse
from yichuan.couriers.connectors.fields import decoded, inside, kept_scan, text
from yichuan.couriers.connectors.form import MAX_BODY

TRACES: Final = "040002"


class EmsDoor:
    """method 040002."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The scans, unsealed.

        Raises:
            Refused: see `Door.open`.
        """
        if len(pushed.body) > MAX_BODY:
            raise Refused("too long", keep=False)
        try:
            fields = inside(decoded(pushed.body))
        except ValueError as error:
            raise Refused(f"JSON: {error}", keep=False) from error
        sealed = text(fields, "logitcsInterface")
        if sealed is None:
            raise Refused("logitcsInterface is missing", keep=False)
        try:
            content = build.opened(sealed, keys.secret)
            decoded(content)
        except ValueError as error:
            raise Refused("signature", keep=True) from error
        if text(fields, "method") not in (TRACES, None):
            raise Refused("method is not supported", keep=False)
        return content.encode()

    def read(self, content: bytes) -> PushBatch:
        """The scans of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """00000 is heard, S00001 has it pushed again; the number of the answer is our own."""
        said = {
            "serialNo": uuid4().hex.upper(),
            "code": parse.DONE if refused is None else "S00001",
            "codeMessage": refused or "成功",
            "senderNo": public_id,
        }
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is no object.
        """
        scan = kept_scan(row)
        return msgspec.json.encode(scan | {"waybillNo": number})
