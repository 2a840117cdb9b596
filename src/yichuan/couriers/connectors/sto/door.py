"""STO's pushes to us 轨迹推送: a form of content and its digest."""

from __future__ import annotations

from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.digests import same
from yichuan.couriers.connectors.fields import kept_scan
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.sto import build, parse


class StoDoor:
    """STO_TRACE_PLATFORM_PUSH."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """`content` as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(pushed.body)
        except ValueError as error:
            raise Refused(f"form: {error}", keep=False) from error
        content = fields.get("content", b"")
        given = fields.get("data_digest", b"").decode("ascii", "replace")
        if not content or not given:
            raise Refused("content or data_digest is missing", keep=False)
        if not same(given, build.digest(content, keys.secret)):
            raise Refused("signature", keep=True)
        return content

    def read(self, content: bytes) -> PushBatch:
        """The scan of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """The link platform's common answer."""
        good = refused is None
        said = {
            "success": "true" if good else "false",
            "errorCode": "" if good else "S02",
            "errorMsg": refused or "",
            "needRetry": "false" if good else "true",
            "requestId": "",
            "expInfo": "",
        }
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is no object.
        """
        fields = kept_scan(row)
        return msgspec.json.encode({"waybillNo": number, "trace": fields})
