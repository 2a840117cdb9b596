"""Proofs of delivery 签收凭证: photos and signatures, sealed under a key of their own.

Erasing a person drops the keys: the files, and their copies in backups, cannot be read any more.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.blobs import BlobStore
from yichuan.core.context import Context
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.errors import Conflict, NotFound
from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.identity.scope import in_scope, scoped
from yichuan.shipments import queries, service
from yichuan.shipments.models import Proof
from yichuan.shipments.pictures import Picture, clean

__all__ = [
    "NewProof",
    "Proof",
    "ProofKind",
    "add",
    "of_shipment",
    "one",
    "opened",
    "read_picture",
    "remove",
]

ProofKind = Literal["photo", "signature"]
MOST: Final = 20
"""Proofs of one shipment."""


@dataclass(frozen=True, slots=True)
class NewProof:
    """A picture to keep. `origin` is a digest of where a courier has it, so that it is fetched
    once."""

    kind: ProofKind
    picture: Picture
    source: Literal["api", "courier"]
    actor: str
    courier: str | None = None
    origin: bytes | None = None
    taken_at: datetime | None = None


async def read_picture(data: bytes) -> Picture:
    """A picture from outside, cleaned beside the loop.

    Raises:
        Invalid: see `pictures.clean`.
    """
    return await asyncio.to_thread(clean, data)


async def add(session: WriteSession, context: Context, shipment_id: UUID, new: NewProof) -> Proof:
    """Keep a proof; the same picture again is the one that is there.

    Raises:
        NotFound: no such shipment, or not the caller's.
        Conflict: it has `MOST` already.
    """
    shipment = await queries.get(session, shipment_id)
    digest = hashlib.sha256(new.picture.data).digest()
    mine = (in_scope(session, Proof), Proof.shipment_id == shipment_id)
    known = await session.scalar(scoped(session, Proof).where(*mine, Proof.digest == digest))
    if known is not None:
        return known
    count = await session.scalar(select(func.count()).select_from(Proof).where(*mine))
    if (count or 0) >= MOST:
        raise Conflict(f"a shipment has at most {MOST} proofs")
    proof_id = new_id()
    blob_key = f"proofs/{shipment.merchant_id}/{proof_id}"
    sealed = context.vault.seal_blob(new.picture.data)
    await asyncio.to_thread(context.blobs.put, blob_key, sealed.ciphertext)
    values = _values(new, digest, sealed.wrapped_key) | {
        "merchant_id": shipment.merchant_id,
        "id": proof_id,
        "shipment_id": shipment_id,
        "blob_key": blob_key,
    }
    await session.execute(insert(Proof).values(**values).on_conflict_do_nothing())
    detail = {"kind": new.kind, "source": new.source}
    await service.note(session, shipment.merchant_id, shipment_id, "proof", new.actor, detail)
    found = await session.scalar(scoped(session, Proof).where(*mine, Proof.digest == digest))
    assert found is not None
    return found


def _values(new: NewProof, digest: bytes, wrapped_key: bytes) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "source": new.source,
        "courier": new.courier,
        "origin": new.origin,
        "digest": digest,
        "width": new.picture.width,
        "height": new.picture.height,
        "size_bytes": len(new.picture.data),
        "wrapped_key": wrapped_key,
        "taken_at": new.taken_at,
        "actor": new.actor,
    }


async def of_shipment(session: ReadSession, shipment_id: UUID) -> list[Proof]:
    """A shipment's proofs that can be read, oldest first; none of an unknown one."""
    query = scoped(session, Proof).where(
        Proof.shipment_id == shipment_id, Proof.wrapped_key.is_not(None)
    )
    return list(await session.scalars(query.order_by(Proof.created_at, Proof.id)))


async def one(session: ReadSession, shipment_id: UUID, proof_id: UUID) -> Proof:
    """One proof of a shipment.

    Raises:
        NotFound: unknown, not the caller's, or erased.
    """
    row = await session.scalar(
        scoped(session, Proof).where(Proof.shipment_id == shipment_id, Proof.id == proof_id)
    )
    if row is None or row.wrapped_key is None:
        raise NotFound("no such proof")
    return row


def opened(blobs: BlobStore, vault: Vault, row: Proof) -> bytes:
    """The picture of a proof: a JPEG.

    Raises:
        NotFound: the file is gone.
        VaultError: the file is damaged.
    """
    return vault.open_blob(row.wrapped_key, blobs.get(row.blob_key))


async def remove(session: WriteSession, shipment_id: UUID, proof_id: UUID, actor: str) -> Proof:
    """Take a proof away that was added by mistake: its key is dropped.

    Raises:
        NotFound: unknown, not the caller's, or erased.
        Conflict: a courier gave it: it stays.
    """
    row = await one(session, shipment_id, proof_id)
    if row.source == "courier":
        raise Conflict("a courier's proof stays")
    await session.delete(row)
    await service.note(
        session, row.merchant_id, shipment_id, "proof_removed", actor, {"kind": row.kind}
    )
    return row
