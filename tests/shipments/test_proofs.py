"""Proofs of delivery: kept safe, shown to whom they concern, gone with the person.

If these break, a merchant cannot show that a parcel was handed over, or strangers see photos of
people's doors and signatures.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any
from zlib import crc32

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from yichuan.core.context import Context
from yichuan.core.errors import Invalid
from yichuan.core.vault import Vault
from yichuan.shipments import service
from yichuan.shipments.pictures import LONGEST_SIDE, MAX_BYTES, clean

API = "/api/v1/shipments"


def huge() -> bytes:
    """The head of a picture of more pixels than are taken: what is refused is never read."""
    data = bytearray(picture((1, 1), "PNG"))
    data[16:24] = struct.pack(">II", 30_000, 2_000)
    data[29:33] = struct.pack(">I", crc32(data[12:29]))
    return bytes(data)


def picture(size: tuple[int, int] = (60, 40), form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(out, form, **options)
    return out.getvalue()


def located_picture() -> bytes:
    """A photo that says where it was taken, and stands on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    return picture((60, 40), exif=exif)


async def add(client: httpx.AsyncClient, shipment: Any, data: bytes, **fields: str) -> Any:
    return await client.post(
        f"{API}/{shipment}/proofs", files={"file": ("a.jpg", data)}, data=fields
    )


def test_only_pixels_remain() -> None:
    data = located_picture()
    assert b"SECRET-PLACE" in data
    made = clean(data + b"<?php tail ?>")
    assert (made.width, made.height) == (40, 60)
    assert b"SECRET" not in made.data
    assert b"php" not in made.data
    assert not Image.open(BytesIO(made.data)).getexif()


def test_large_pictures_are_made_smaller() -> None:
    made = clean(picture((4000, 1000), "PNG"))
    assert (made.width, made.height) == (LONGEST_SIDE, 400)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        picture()[:200],
        picture((20, 20), "GIF"),
        b"x" * (MAX_BYTES + 1),
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        clean(data)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_read() -> None:
    with pytest.raises(Invalid, match="megapixels"):
        clean(huge())


async def test_added_listed_looked_at_on_record_and_removed(
    context: Context, alpha: Tenant, beta: Tenant, nobody: httpx.AsyncClient
) -> None:
    made = await box(context, alpha.id)
    answer = await add(alpha.client, made, picture(), kind="signature")
    assert answer.status_code == 201, answer.text
    proof = answer.json()
    again = await add(alpha.client, made, picture())
    assert again.json()["id"] == proof["id"]
    (listed,) = (await alpha.client.get(f"{API}/{made}/proofs")).json()["items"]
    assert (listed["kind"], listed["source"]) == ("signature", "api")
    path = f"{API}/{made}/proofs/{proof['id']}"
    shown = await alpha.client.get(path)
    assert shown.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(shown.content)).size == (60, 40)
    for other in (beta.client, nobody):
        assert (await other.get(path)).status_code in (401, 404)
        assert (await add(other, made, picture())).status_code in (401, 404)
        assert (await other.delete(path)).status_code in (401, 404)
    async with context.database.system() as session:
        key, audited = (
            await session.execute(
                text(
                    "SELECT p.blob_key, (SELECT count(*) FROM audit_log"
                    " WHERE action = 'proof.viewed' AND target = p.id::text) FROM proofs p"
                )
            )
        ).one()
    assert audited == 1
    assert not context.blobs.get(key).startswith(b"\xff\xd8")
    assert (await alpha.client.delete(path)).status_code == 204
    assert (await alpha.client.get(path)).status_code == 404


async def test_the_buyer_sees_them_after_the_last_four_digits_only(
    context: Context, alpha: Tenant, nobody: httpx.AsyncClient, vault: Vault
) -> None:
    token = "buyer-token-0123456789ab"
    made = await box(context, alpha.id, buyer_token=token)
    await add(alpha.client, made, picture())
    async with context.database.system() as session:
        await session.execute(
            text(
                "INSERT INTO search_tokens (merchant_id, token, target_id, kind)"
                " VALUES (:m, :t, :s, 'phone_last4')"
            ),
            {"m": alpha.id, "t": vault.blind("phone_last4", "0029").hex(), "s": made},
        )
    path = f"/track/{token}.json"
    assert (await nobody.get(path)).json()["proofs"] == []
    wrong = await nobody.get(path, params={"phone_last4": "1111"})
    assert wrong.json()["proofs"] == []
    (proof,) = (await nobody.get(path, params={"phone_last4": "0029"})).json()["proofs"]
    shown = await nobody.get(proof["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert "no-store" in shown.headers["cache-control"]
    for spoiled in (
        proof["url"][:-1] + "x",
        proof["url"].replace("until=", "until=9"),
        proof["url"].partition("?")[0] + "?until=9999999999&key=",
    ):
        assert (await nobody.get(spoiled)).status_code == 404


async def test_files_that_are_none_are_refused_clearly(context: Context, alpha: Tenant) -> None:
    made = await box(context, alpha.id)
    for data in (b"", b"not a picture"):
        answer = await add(alpha.client, made, data)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_erasing_the_person_takes_the_proofs(context: Context, alpha: Tenant) -> None:
    made = await box(context, alpha.id)
    proof = (await add(alpha.client, made, picture())).json()
    async with context.database.system() as session:
        recipient = await session.scalar(
            text("SELECT recipient_id FROM shipments WHERE id = :id"), {"id": made}
        )
        await service.forget_recipient(session, alpha.id, recipient)
    assert (await alpha.client.get(f"{API}/{made}/proofs")).json()["items"] == []
    gone = await alpha.client.get(f"{API}/{made}/proofs/{proof['id']}")
    assert gone.status_code == 404
