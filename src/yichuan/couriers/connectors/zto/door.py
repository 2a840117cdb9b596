"""ZTO's pushes to us 轨迹推送: a form (some receivers get JSON) of data and its digest."""

from __future__ import annotations

from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.digests import same
from yichuan.couriers.connectors.fields import decoded, inside, kept_scan, text
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.zto import build, parse


class ZtoDoor:
    """msg_type Traces."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """`data` as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            data, given, kind = _parts(pushed.body)
        except ValueError as error:
            raise Refused(f"form: {error}", keep=False) from error
        if not data or not given:
            raise Refused("data or data_digest is missing", keep=False)
        if not same(given, build.digest(data, keys.secret)):
            raise Refused("signature", keep=True)
        if kind not in ("Traces", ""):
            raise Refused("msg_type is not supported", keep=False)
        return data

    def read(self, content: bytes) -> PushBatch:
        """The scan of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """ZTO repeats a push, up to sixteen times, unless status is true."""
        good = refused is None
        said = {"message": refused or "成功", "result": "", "status": good,
                "statusCode": "SYS000" if good else "SYS001"}  # fmt: skip
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is no object.
        """
        scan = kept_scan(row)
        return msgspec.json.encode(scan | {"billCode": number})


def _parts(body: bytes) -> tuple[bytes, str, str]:
    if body.lstrip()[:1] == b"{":
        fields = inside(decoded(body))
        data = text(fields, "data") or ""
        return data.encode(), text(fields, "data_digest") or "", text(fields, "msg_type") or ""
    form = form_fields(body)
    given = form.get("data_digest", b"").decode("ascii", "replace")
    return form.get("data", b""), given, form.get("msg_type", b"").decode("ascii", "replace")
