"""The protocols couriers push in: how a push is verified, answered and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import msgspec

from yichuan.couriers.connectors.base import PushBatch
from yichuan.couriers.connectors.kdniao import build, traces
from yichuan.couriers.connectors.kdniao.form import form_fields
from yichuan.couriers.connectors.kdniao.sign import verified


class Refused(Exception):
    """A push that is not taken. `keep`: it is put into the quarantine for a person to see."""

    def __init__(self, reason: str, *, keep: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.keep = keep


@dataclass(frozen=True, slots=True)
class Answer:
    """What the courier is told."""

    body: bytes
    media_type: str


class Door(Protocol):
    """One push protocol."""

    def open(self, body: bytes, secret: str) -> bytes:
        """What `read` needs of a push whose signature is right.

        Raises:
            Refused: signature, form or type.
        """

    def read(self, content: bytes) -> PushBatch:
        """The records of a push. Never raises: what cannot be used is in `rejected`."""

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """The protocol's acknowledgement, or its refusal with the reason."""

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A rejected row in a push of its own, to be read once more.

        Raises:
            ValueError: the row cannot be put into a push.
        """


class KdniaoDoor:
    """KDNiao's pushes 101 and 102."""

    TYPES: Final = frozenset({b"101", b"102"})

    def open(self, body: bytes, secret: str) -> bytes:
        """RequestData as it was signed.

        Raises:
            Refused: see `Door.open`.
        """
        try:
            fields = form_fields(body)
        except ValueError as error:
            raise Refused(f"form: {error}", keep=False) from error
        data, sign = fields.get("RequestData"), fields.get("DataSign")
        if data is None or sign is None:
            raise Refused("RequestData or DataSign is missing", keep=False)
        right = verified(data, sign, secret)
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
        return Answer(body, "application/json")

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


DOORS: Mapping[str, Door] = {"kdniao": KdniaoDoor()}
"""By the connector's name, the first part of the push address."""
