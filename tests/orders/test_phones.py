"""Virtual numbers. Broken, a courier rings a dead number, or a parcel is no longer found by its
buyer's phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Tenant
from orders.test_routes import order
from yichuan.core.clock import now
from yichuan.core.vault import Vault
from yichuan.orders.recipients import full_phone, mask_phone, phone_tokens
from yichuan.regions.contact import split_phone

KEY = Vault(bytes(32))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
EXTENSIONS = st.from_regex(r"[0-9]{1,8}", fullmatch=True)


@given(MOBILES, EXTENSIONS, st.sampled_from(("-", "转", " 分机 ", ",", "#", " ext.")))
def test_an_extension_is_kept_and_never_searched(mobile: str, extension: str, mark: str) -> None:
    written = f"{mobile}{mark}{extension}"
    assert split_phone(written) == (mobile, extension)
    assert full_phone(written) == full_phone(mobile, extension) == f"{mobile}-{extension}"
    assert phone_tokens(KEY, written) == phone_tokens(KEY, mobile)
    assert mask_phone(written) == f"{mask_phone(mobile)}-**"


@pytest.mark.parametrize("plain", ["13800001234", "028-88888888", "028-88888888-801", "", "400-1"])
def test_other_numbers_are_as_before(plain: str) -> None:
    assert split_phone(plain) == (plain, "")
    assert full_phone(plain) == plain


async def reveal(tenant: Tenant, shipment: str) -> dict[str, Any]:
    path = f"/api/v1/shipments/{shipment}/recipient"
    found: dict[str, Any] = (await tenant.client.post(path, json={"purpose": "test"})).json()
    return found


async def test_a_number_lapses_is_warned_of_and_refreshed(alpha: Tenant, beta: Tenant) -> None:
    lapsed = (now() - timedelta(hours=1)).isoformat()
    more = {"phone": "17000001111", "phone_extension": "2233", "phone_valid_until": lapsed}
    placed = (await alpha.client.post("/api/v1/orders", json=order("VN1", alpha, **more))).json()
    sub = placed["sub_orders"][0]
    shipment = sub["shipment_ids"][0]
    assert (await reveal(alpha, shipment))["phone"] == "17000001111-2233"
    shown = (await alpha.client.get(f"/api/v1/orders/{sub['id']}")).json()["recipient"]
    assert shown["phone"] == "170****1111-**"
    assert shown["phone_valid_until"] is not None
    path = f"/api/v1/orders/{sub['id']}/recipient-phone"
    until = (now() + timedelta(days=1)).isoformat()
    soon = {"phone": "17000004444转5566", "phone_valid_until": until}
    assert (await beta.client.put(path, json=soon)).status_code == 404
    assert (await alpha.client.put(path, json={"phone": "no digits"})).status_code == 422
    assert (await alpha.client.put(path, json=soon)).status_code == 200
    assert (await reveal(alpha, shipment))["phone"] == "17000004444-5566"
    for phone, count in (("17000004444", 1), ("17000001111", 0)):
        found = await alpha.client.get("/api/v1/shipments", params={"q": phone})
        assert len(found.json()["items"]) == count, phone
    later = soon | {"phone_valid_until": (now() + timedelta(days=9)).isoformat()}
    assert (await alpha.client.put(path, json=later)).status_code == 200
    await alpha.client.post(f"/api/v1/orders/{sub['id']}/cancel", json={"reason": "x"})
    assert (await alpha.client.put(path, json=later)).status_code == 409
