"""J&T's pushes to us: `bizContent` as a form or in JSON, its digest in the header or beside it."""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.fields import decoded
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.jtexpress import build, parse


class JtDoor:
    """Pushes of subscribed numbers."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The `bizContent` as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        content, given = _signed(pushed)
        if not hmac.compare_digest(build.digest(content, keys.secret), given):
            raise Refused("signature", keep=True)
        return content.encode()

    def read(self, content: bytes) -> PushBatch:
        """The records of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """J&T's reply."""
        ok = refused is None
        said = {"code": "1" if ok else "0", "msg": refused or "success", "data": None}
        return Answer(msgspec.json.encode(said))

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan.

        Raises:
            ValueError: the row is not JSON.
        """
        return msgspec.json.encode({"billCode": number, "details": [decoded(row)]})


def _signed(pushed: Pushed) -> tuple[str, str]:
    """The content and the digest it came with.

    Raises:
        Refused: one of them is missing.
    """
    try:
        if pushed.body.lstrip().startswith(b"{"):
            fields = msgspec.json.decode(pushed.body, type=dict[str, str])
            return fields["bizContent"], pushed.headers.get("digest") or fields["digest"]
        form = form_fields(pushed.body)
        digest = pushed.headers.get("digest") or form["digest"].decode("ascii")
        return form["bizContent"].decode(), digest
    except (ValueError, KeyError, msgspec.DecodeError) as error:
        raise Refused(f"form: {error}", keep=False) from error
