"""Recipients: sealed under a key of their own, found by blind index, masked by default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from yichuan.core.ids import new_id
from yichuan.core.vault import Vault
from yichuan.orders.schemas import RecipientIn
from yichuan.regions import lookup, parse
from yichuan.regions.contact import split_phone

_NOT_DIGIT = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient in clear, regions in today's official names."""

    name: str
    phone: str
    province: str | None
    city: str | None
    district: str | None
    address: str
    adcode: str | None
    token: str | None = None
    phone_valid_until: datetime | None = None
    """Of a virtual number."""


def full_phone(phone: str, extension: str | None = None) -> str:
    """A number with its extension as one text, 13800001234-5678; others as they were written."""
    main, written = split_phone(phone)
    extension = extension or written
    return f"{main}-{extension}" if extension else phone


def person(wish: RecipientIn) -> Person:
    """Complete what was sent: a pasted text is parsed, regions get their official names."""
    if wish.raw:
        found = parse.parse_address(wish.raw).known()
        return Person(
            name=wish.name or found.name or "",
            phone=full_phone(wish.phone or found.phone or "", wish.phone_extension),
            province=found.province or None,
            city=found.city or None,
            district=found.district or None,
            address=wish.address or f"{found.street or ''}{found.detail or ''}",
            adcode=found.adcode or None,
            token=wish.recipient_token,
            phone_valid_until=wish.phone_valid_until,
        )
    known = lookup.resolve(wish.province or "", wish.city or "", wish.district or "")
    place = known.region if known else None
    return Person(
        name=wish.name or "",
        phone=full_phone(wish.phone or "", wish.phone_extension),
        province=place.province if place and place.province else wish.province,
        city=place.city if place and place.city else wish.city,
        district=place.district if place and place.district else wish.district,
        address=wish.address or "",
        adcode=place.adcode if place else None,
        token=wish.recipient_token,
        phone_valid_until=wish.phone_valid_until,
    )


def mask_name(name: str) -> str:
    """First character and stars: 张**."""
    return name[:1] + "*" * min(len(name) - 1, 2) if name else ""


def mask_phone(phone: str) -> str:
    """138****1234, with an extension 138****1234-**; short numbers keep their last two digits."""
    main, extension = split_phone(phone)
    if extension:
        return f"{mask_phone(main)}-**"
    digits = _NOT_DIGIT.sub("", phone)
    if len(digits) >= 8:
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:]


def phone_tokens(vault: Vault, phone: str) -> tuple[tuple[str, str], ...]:
    """(kind, token) search tokens of a phone: whole and last four digits, without extension."""
    digits = _NOT_DIGIT.sub("", split_phone(phone)[0]).removeprefix("86")[:12] if phone else ""
    if len(digits) < 4:
        return ()
    last4 = digits[-4:]
    return (
        ("phone", vault.blind("phone", digits).hex()),
        ("phone_last4", vault.blind("phone_last4", last4).hex()),
    )


def recipient_key(vault: Vault, who: Person) -> bytes | None:
    """Blind index of name, phone and full address: equal keys may be packed together."""
    if not who.phone and not who.token:
        return None
    parts = (who.name, who.phone, who.token, who.province, who.city, who.district, who.address)
    return vault.blind("recipient", "\x1f".join(part or "" for part in parts))


def recipient_values(vault: Vault, merchant_id: UUID, who: Person) -> dict[str, Any]:
    """The recipient row: personal text sealed, regions readable."""
    record = {"name": who.name, "phone": who.phone, "address": who.address}
    sealed = vault.seal_record(record) if any(record.values()) else None
    tokens = dict(phone_tokens(vault, who.phone))
    return {
        "merchant_id": merchant_id,
        "id": new_id(),
        "wrapped_key": sealed.wrapped_key if sealed else None,
        "ciphertext": sealed.ciphertext if sealed else None,
        "key_version": sealed.key_version if sealed else 1,
        "name_masked": mask_name(who.name) or None,
        "phone_masked": mask_phone(who.phone) or None,
        "phone_index": bytes.fromhex(tokens["phone"]) if tokens else None,
        "phone_last4_index": bytes.fromhex(tokens["phone_last4"]) if tokens else None,
        "recipient_token": who.token,
        "phone_valid_until": who.phone_valid_until,
        "province": who.province,
        "city": who.city,
        "district": who.district,
        "adcode": who.adcode,
    }
