"""Addresses of pictures that couriers tell with a signature, kept until they are fetched.

The merge writes them down; `shipments.fetching` fetches. An address is an open door to a picture of
somebody's signature, so it is sealed, and forgotten once it is of no more use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from sqlalchemy import text

from yichuan.core import arrays
from yichuan.core.database import Connection, SystemSession
from yichuan.core.vault import Vault
from yichuan.couriers.connectors.base import PictureLink
from yichuan.tracking.batch import Key

MOST: Final = 6
"""Pictures of one number in one push."""
LONGEST: Final = 2000
"""Characters of an address."""
_SIGNING: Final = re.compile(
    r"s[vert]|sp|spr|sig|sign|signature|expires?|token|timestamp|ossaccesskeyid|security-token"
    r"|awsaccesskeyid|x-amz-.*|x-oss-.*|x-cos-.*|q-.*",
    re.IGNORECASE,
)
"""Parameters that sign an address for a while (OSS, COS, S3, Azure): other ones each time."""
_NOTE: Final = """
    INSERT INTO courier_pictures (courier, number, origin, kind, url_enc, taken_at)
    SELECT n.courier, n.number, n.origin, n.kind, n.url, to_timestamp(n.taken_at)
    FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::text[], %s::bytea[], %s::bigint[])
        AS n(courier, number, origin, kind, url, taken_at)
    ORDER BY 1, 2, 3
    ON CONFLICT (courier, number, origin) DO UPDATE SET url_enc = excluded.url_enc
    WHERE courier_pictures.state <> 'done'
"""
LEASE: Final = timedelta(minutes=10)
"""A fetch whose worker died is begun again after so long."""
UNBOUND: Final = timedelta(hours=1)
"""Until a picture is looked at again whose number is in no parcel (yet)."""
KEPT: Final = timedelta(days=60)
"""As long as a number may be told again: until then its pictures are known."""
_KEY: Final = "courier = :courier AND number = :number AND origin = :origin"
# unscoped: the worker fetches for every merchant
_CLAIM: Final = text("""
    UPDATE courier_pictures p SET next_at = :again, attempts = p.attempts + 1
    FROM (
        SELECT courier, number, origin FROM courier_pictures
        WHERE state = 'wanted' AND next_at <= :at ORDER BY next_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ) d
    WHERE p.courier = d.courier AND p.number = d.number AND p.origin = d.origin
    RETURNING p.courier, p.number, p.origin, p.kind, p.url_enc, p.taken_at, p.attempts,
        p.created_at
""")
_BOXES: Final = text("""
    SELECT b.merchant_id, b.shipment_id FROM track_bindings b
    WHERE b.courier = :courier AND b.number = :number AND b.cycle = (
        SELECT max(cycle) FROM track_bindings WHERE courier = :courier AND number = :number)
    ORDER BY 1, 2 LIMIT 10
""")
_OVER: Final = text(f"UPDATE courier_pictures SET state = :state, error = :error WHERE {_KEY}")
_LATER: Final = text(
    "UPDATE courier_pictures SET next_at = :next_at, error = :error,"
    f" attempts = attempts - CAST(:free AS int) WHERE {_KEY}"
)
_OF_BOX: Final = """
    (courier, number) IN (SELECT courier, number FROM track_bindings
                          WHERE merchant_id = :merchant_id AND shipment_id = :shipment_id)
"""
_STATES: Final = text(
    "SELECT kind, state, attempts, error, next_at, created_at FROM courier_pictures"
    f" WHERE {_OF_BOX} ORDER BY created_at, origin"
)
_RETRY: Final = text(
    "UPDATE courier_pictures SET state = 'wanted', attempts = 0, next_at = now()"
    f" WHERE state = 'failed' AND {_OF_BOX}"
)
_FORGET: Final = text("DELETE FROM courier_pictures WHERE created_at < :before")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to fetch now."""

    courier: str
    number: str
    origin: bytes
    kind: Literal["photo", "signature"]
    url: str
    taken_at: datetime | None
    attempts: int
    """This one counted."""
    created_at: datetime

    @property
    def key(self) -> dict[str, object]:
        """Its row's."""
        return {"courier": self.courier, "number": self.number, "origin": self.origin}


@dataclass(frozen=True, slots=True)
class PictureState:
    """How fetching a picture stands."""

    kind: Literal["photo", "signature"]
    state: Literal["wanted", "done", "failed"]
    attempts: int
    error: str | None
    """A code, see `shipments.fetching`."""
    next_at: datetime
    created_at: datetime


def origin_of(url: str) -> bytes:
    """The same for the same picture, however its address is signed."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query) if not _SIGNING.fullmatch(pair[0])]
    plain = f"{parts.netloc.lower()}{parts.path}?{urlencode(sorted(kept))}"
    return hashlib.sha256(plain.encode()).digest()


def usable(links: Sequence[PictureLink]) -> list[PictureLink]:
    """The addresses that can be asked for, each once: couriers' data may hold anything."""
    found: dict[bytes, PictureLink] = {}
    for link in links:
        if len(link.url) > LONGEST or not link.url.isprintable():
            continue
        try:
            parts = urlsplit(link.url)
            if parts.scheme.lower() in ("http", "https") and parts.hostname:
                found.setdefault(origin_of(link.url), link)
        except ValueError:
            continue
    return list(found.values())[:MOST]


async def note(
    connection: Connection, vault: Vault, pictures: Mapping[Key, Sequence[PictureLink]]
) -> None:
    """Write addresses down, inside the merge's transaction; what was fetched is not asked again."""
    rows = [(key, link) for key in sorted(pictures) for link in usable(pictures[key])]
    if not rows:
        return
    taken = [link.taken_at for _, link in rows]
    await connection.execute(
        _NOTE,
        (
            arrays.texts([courier for (courier, _), _ in rows]),
            arrays.texts([number for (_, number), _ in rows]),
            arrays.blobs([origin_of(link.url) for _, link in rows]),
            arrays.texts([link.kind for _, link in rows]),
            arrays.blobs([vault.seal_secret(link.url) for _, link in rows]),
            arrays.numbers([int(at.timestamp()) if at else None for at in taken]),
        ),
    )


async def claim(session: SystemSession, vault: Vault, at: datetime, limit: int) -> list[Wanted]:
    """The pictures to fetch now, the longest due first; nobody else takes them for a while."""
    rows = await session.execute(_CLAIM, {"at": at, "again": at + LEASE, "limit": limit})
    return [
        Wanted(
            courier=row.courier,
            number=row.number,
            origin=row.origin,
            kind=row.kind,
            url=vault.open_secret(row.url_enc),
            taken_at=row.taken_at,
            attempts=row.attempts,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def boxes_of(session: SystemSession, one: Wanted) -> list[tuple[UUID, UUID]]:
    """Merchant and shipment of each parcel that has the number now."""
    rows = await session.execute(_BOXES, {"courier": one.courier, "number": one.number})
    return [(row[0], row[1]) for row in rows]


async def done(session: SystemSession, one: Wanted) -> None:
    """It was fetched."""
    await session.execute(_OVER, one.key | {"state": "done", "error": None})


async def failed(session: SystemSession, one: Wanted, error: str) -> None:
    """It is not tried any more."""
    await session.execute(_OVER, one.key | {"state": "failed", "error": error})


async def later(session: SystemSession, one: Wanted, at: datetime, error: str | None) -> None:
    """It is tried again; without an error this was no try."""
    values = {"next_at": at, "error": error, "free": error is None}
    await session.execute(_LATER, one.key | values)


async def states(
    session: SystemSession, merchant_id: UUID, shipment_id: UUID
) -> list[PictureState]:
    """How fetching a shipment's pictures stands. The caller has seen that it may know."""
    box = {"merchant_id": merchant_id, "shipment_id": shipment_id}
    return [PictureState(*row) for row in await session.execute(_STATES, box)]


async def retry(session: SystemSession, merchant_id: UUID, shipment_id: UUID) -> int:
    """Try those again that were given up; how many. The caller has seen that it may."""
    box = {"merchant_id": merchant_id, "shipment_id": shipment_id}
    return int((await session.execute(_RETRY, box)).rowcount)  # type: ignore[attr-defined]


async def forget(session: SystemSession, at: datetime) -> None:
    """Let go of what no courier tells again."""
    await session.execute(_FORGET, {"before": at - KEPT})
