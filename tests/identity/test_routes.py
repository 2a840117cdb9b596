"""Signing in, keys and who may make them. If these break, people are locked out or let in."""

from __future__ import annotations

import httpx

from conftest import Tenant
from yichuan.core.context import Context
from yichuan.identity import service


async def test_browser_session(nobody: httpx.AsyncClient, context: Context, alpha: Tenant) -> None:
    async with context.database.system() as session:
        await service.create_user(session, "clerk", "correct horse", "店员", "merchant", alpha.id)
    bad = await nobody.post("/api/v1/auth/login", json={"username": "clerk", "password": "wrong"})
    assert (bad.status_code, bad.json()["code"]) == (401, "unauthenticated")
    good = await nobody.post(
        "/api/v1/auth/login", json={"username": "clerk", "password": "correct horse"}
    )
    assert good.status_code == 204
    assert "httponly" in good.headers["set-cookie"].lower()
    me = (await nobody.get("/api/v1/auth/me")).json()
    assert me["role"] == "merchant"
    assert me["username"] == "clerk"
    assert me["merchant"]["code"] == "ALPHA"
    no_csrf = await nobody.post("/api/v1/auth/logout")
    assert no_csrf.status_code == 403
    out = await nobody.post("/api/v1/auth/logout", headers={"X-CSRF-Token": me["csrf_token"]})
    assert out.status_code == 204
    nobody.cookies.clear()
    assert (await nobody.get("/api/v1/auth/me")).status_code == 401


async def test_keys_stay_with_their_merchant(alpha: Tenant, beta: Tenant) -> None:
    made = await alpha.client.post("/api/v1/api-keys", json={"name": "erp", "kdniao": True})
    assert made.status_code == 201
    key = made.json()
    assert key["token"].startswith("yc_")
    assert key["ebusiness_id"].isdigit()
    foreign = await beta.client.get("/api/v1/api-keys")
    assert key["id"] not in {item["id"] for item in foreign.json()["items"]}
    assert (await beta.client.delete(f"/api/v1/api-keys/{key['id']}")).status_code == 404
    assert (await alpha.client.delete(f"/api/v1/api-keys/{key['id']}")).status_code == 204
    wish = {"name": "x", "merchant_id": str(beta.id)}
    assert (await alpha.client.post("/api/v1/api-keys", json=wish)).status_code == 403


async def test_revoked_key_is_refused(alpha: Tenant, nobody: httpx.AsyncClient) -> None:
    key = (await alpha.client.post("/api/v1/api-keys", json={"name": "old"})).json()
    headers = {"Authorization": f"Bearer {key['token']}"}
    assert (await nobody.get("/api/v1/auth/me", headers=headers)).status_code == 200
    await alpha.client.delete(f"/api/v1/api-keys/{key['id']}")
    assert (await nobody.get("/api/v1/auth/me", headers=headers)).status_code == 401
