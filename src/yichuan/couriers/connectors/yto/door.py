"""YTO's pushes to us: a form of an XML document and its digest, answered in XML."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.connector import Answer, Keys, Pushed, Refused
from yichuan.couriers.connectors.digests import same
from yichuan.couriers.connectors.fields import kept_scan
from yichuan.couriers.connectors.form import form_fields
from yichuan.couriers.connectors.yto import build, parse


class YtoDoor:
    """轨迹推送: logistics_interface, data_digest, clientId, type."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """The XML as it was signed, with the secret of the tracking interfaces.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(pushed.body)
        except ValueError as error:
            raise Refused(f"form: {error}", keep=False) from error
        content = fields.get("logistics_interface", b"")
        given = fields.get("data_digest", b"").decode("ascii", "replace")
        if not content or not given:
            raise Refused("logistics_interface or data_digest is missing", keep=False)
        secret = keys.extra.get("track_secret") or keys.secret
        if not same(given, build.push_digest(content, secret)):
            raise Refused("signature", keep=True)
        return content

    def read(self, content: bytes) -> PushBatch:
        """The scan of a push."""
        return parse.push(content)

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """YTO repeats a push unless success is true."""
        said = "true" if refused is None else "false"
        body = (
            "<Response><logisticProviderID>YTO</logisticProviderID>"
            f"<success>{said}</success><reason>{escape(refused or '')}</reason></Response>"
        )
        return Answer(body.encode(), "text/xml")

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A push of one scan, from its fields as they were rejected.

        Raises:
            ValueError: the row is no object.
        """
        fields = kept_scan(row)
        leaves = {str(k): str(v) for k, v in fields.items()} | {"mailNo": number}
        inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in leaves.items() if k.isidentifier())
        return f"<UpdateInfo>{inner}</UpdateInfo>".encode()
