"""Proofs of delivery over HTTP: added by merchants and their own fleets, looked at on record."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import AwareDatetime, BaseModel, ConfigDict

from yichuan.core.errors import Invalid
from yichuan.core.pagination import Page
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.shipments import proofs, queries
from yichuan.shipments.pictures import MAX_BYTES, MEDIA_TYPE
from yichuan.shipments.proofs import NewProof, ProofKind
from yichuan.tracking import pictures

router = APIRouter(tags=["shipments"])
SAFE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""Of a picture that others sent."""


class ProofView(BaseModel):
    """A proof of delivery; the picture itself is a JPEG at `…/proofs/{id}`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: ProofKind
    source: Literal["api", "courier"]
    courier: str | None
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    size_bytes: int
    taken_at: datetime | None
    created_at: datetime


@router.post("/shipments/{shipment_id}/proofs", status_code=201)
async def add_proof(
    shipment_id: UUID,
    caller: CallerDep,
    context: ContextDep,
    session: WriteDep,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 8 MB")],
    kind: Annotated[ProofKind, Form()] = "photo",
    taken_at: Annotated[AwareDatetime | None, Form()] = None,
) -> ProofView:
    """Add a photo or a signature. It is encoded anew without what a camera notes; the same picture
    again is the same proof."""
    await queries.get(session, shipment_id)
    data = await file.read(MAX_BYTES + 1)
    if not data:
        raise Invalid("the file is empty", field="file")
    picture = await proofs.read_picture(data)
    new = NewProof(kind, picture, "api", caller.id, taken_at=taken_at)
    row = await proofs.add(session, context, shipment_id, new)
    await identity.audit(session, caller, "proof.added", str(row.id), row.merchant_id)
    return ProofView.model_validate(row)


@router.get("/shipments/{shipment_id}/proofs")
async def list_proofs(shipment_id: UUID, session: ReadDep) -> Page[ProofView]:
    """A shipment's proofs of delivery, oldest first."""
    await queries.get(session, shipment_id)
    rows = await proofs.of_shipment(session, shipment_id)
    return Page(items=[ProofView.model_validate(row) for row in rows])


class CourierPictureView(BaseModel):
    """A picture that a courier told the address of. `error` says what went wrong the last time:
    address_refused, bad_address, unreachable, http_error, refused, missing, too_long, no_picture,
    too_many, no_parcel, nobody."""

    model_config = ConfigDict(from_attributes=True)

    kind: ProofKind
    state: Literal["wanted", "done", "failed"]
    attempts: int
    error: str | None
    next_at: datetime
    """When it is tried next, while it is wanted."""
    created_at: datetime


@router.get("/shipments/{shipment_id}/courier-pictures")
async def list_courier_pictures(
    shipment_id: UUID, context: ContextDep, session: ReadDep
) -> Page[CourierPictureView]:
    """How fetching the pictures stands that couriers have of the delivery; those that were fetched
    are among the proofs."""
    shipment = await queries.get(session, shipment_id)
    async with context.database.system() as system:
        rows = await pictures.states(system, shipment.merchant_id, shipment.id)
    return Page(items=[CourierPictureView.model_validate(row) for row in rows])


class PicturesRetried(BaseModel):
    """How many pictures are tried again."""

    count: int


@router.post("/shipments/{shipment_id}/courier-pictures/retry")
async def retry_courier_pictures(
    shipment_id: UUID, caller: CallerDep, context: ContextDep, session: WriteDep
) -> PicturesRetried:
    """Try to fetch the pictures again that were given up."""
    shipment = await queries.get(session, shipment_id)
    async with context.database.system() as system:
        count = await pictures.retry(system, shipment.merchant_id, shipment.id)
    target = str(shipment.id)
    await identity.audit(session, caller, "pictures.retried", target, shipment.merchant_id)
    return PicturesRetried(count=count)


@router.get(
    "/shipments/{shipment_id}/proofs/{proof_id}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
async def show_proof(
    shipment_id: UUID, proof_id: UUID, caller: CallerDep, context: ContextDep, session: WriteDep
) -> Response:
    """The picture. Looking at it leaves an audit line."""
    row = await proofs.one(session, shipment_id, proof_id)
    await identity.audit(session, caller, "proof.viewed", str(proof_id), row.merchant_id)
    picture = proofs.opened(context.blobs, context.vault, row)
    return Response(picture, media_type=MEDIA_TYPE, headers=SAFE)


@router.delete("/shipments/{shipment_id}/proofs/{proof_id}", status_code=204)
async def remove_proof(
    shipment_id: UUID, proof_id: UUID, caller: CallerDep, session: WriteDep
) -> None:
    """Take away what was added by mistake; a courier's proof stays."""
    caller.require("operator", "merchant")
    row = await proofs.remove(session, shipment_id, proof_id, caller.id)
    await identity.audit(session, caller, "proof.removed", str(proof_id), row.merchant_id)
