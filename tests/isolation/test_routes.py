"""Every route, called as another merchant and as nobody. Broken, a merchant reads or changes what
is another's.

The routes come from the application, the requests from its own description, and what must not be
seen from the database: a route added tomorrow is tested tomorrow. Where a route asks for an id of
a new kind, the test fails and says which; give `filling.Mover` one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx

from conftest import Tenant
from isolation import ledger
from isolation.canaries import leaked, told
from isolation.conftest import Town
from isolation.filling import REQUEST, Things, order_of
from isolation.people import BETA
from isolation.probes import (
    NOTED,
    Probe,
    Seen,
    attacks,
    compact,
    nameless,
    narrowed,
    swapped,
    views,
)
from isolation.walk import Door
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain
from yichuan.migrations import security
from yichuan.tables import metadata

API = "/api/v1"
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/docs",
    "HEAD /api/docs",
    "GET /api/openapi.json",
    "HEAD /api/openapi.json",
    "POST /api/v1/auth/login",
    "POST /push/{connector}/{token}",
    "GET /{path:kdniao}",
    "HEAD /{path:kdniao}",
    "POST /{path:kdniao}",
    "GET /track/{token}.json",
    "GET /track/{token:page_segment}",
    "HEAD /track/{token:page_segment}",
    "GET /track/{token}/proofs/{proof_id}",
    "GET /track-assets/{digest}/{name}",
    "HEAD /track-assets/{digest}/{name}",
    "POST /track/{token}/rating",
    "POST /track/{token}/reports",
    "GET /widget.js",
    "HEAD /widget.js",
    "GET /assets/{name:path}",
    "GET /{path:path}",
}
"""Doors that ask nobody who they are."""
SHARED = {
    "GET /api/v1/scorecards/couriers": {"score", "grade", "value", "points", "before"},
    "GET /api/v1/audit-log": {"items"},
}
"""Fields that may move: rates over everybody's parcels together; one's own looking around."""
CREATES = {
    "POST /api/v1/api-keys",
    "POST /api/v1/webhook-endpoints",
    "POST /api/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
}
"""Answers that show a new secret, once."""
UNFOUND = {
    "GET /track/{token}/proofs/{proof_id}",
    "DELETE /api/v1/shipments/{shipment_id}/proofs/{proof_id}",
    "POST /api/v1/shipments/{shipment_id}/numbers/dismiss",
}
"""Doors that say 404 to the owner here: an address needs its own key, the person whose proof it
is was erased by an act before, and the number asked about is the shipment's own, not one in doubt.
"""
REFUSED = {403, 404, 409, 422}


def broken(door: Door, answer: httpx.Response) -> bool:
    """Whether it fell over. That no worker was heard of for a minute is true here, when asked."""
    return answer.status_code >= 500 and str(door) != "GET /readyz"


def failing(failures: Iterable[str]) -> None:
    """Fail with all of them."""
    found = list(failures)
    assert not found, f"{len(found)}:\n" + "\n".join(found)


def strangers(town: Town) -> dict[str, Any]:
    """Values of the shape of ALPHA's that nobody has."""
    theirs = town.beta.values
    return {
        name: value if value == theirs.get(name) else _stranger(value)
        for name, value in town.alpha.values.items()
    }


def _stranger(value: Any) -> Any:
    if isinstance(value, list):
        return [_stranger(item) for item in value]
    if isinstance(value, int):
        return value + 10**9
    try:
        UUID(value)
    except ValueError:
        return f"NOSUCH{len(value):02d}" + "0" * max(len(value) - 8, 0)
    return str(uuid4())


def is_of_alpha(probe: Probe, alpha: Things, beta: Things) -> bool:
    """Whether the path names a thing of ALPHA's."""
    return any(
        str(value) in probe.path.split("/")
        for name, value in alpha.values.items()
        if value != beta.values.get(name)
    )


async def test_every_table_holds_something_of_alphas(town: Town, alpha: Tenant) -> None:
    """What is not there cannot leak: a new table needs a row of ALPHA's in `filling`."""
    rows = (await ledger.opened(town.hub, town.beta)).rows
    wanted = {*security.MERCHANT, *security.PLATFORM_ONLY, *security.SPECIAL}
    wanted |= {*security.SYSTEM_ONLY, *security.LENT, "courier_accounts", "track_subscriptions"}
    wanted |= set(security.SHARED)
    uncounted = {"connector_calls", "service_traits"}  # the last has no rows of merchants
    failing(sorted(wanted - {name for name in rows if rows[name]} - uncounted))
    assert wanted <= set(metadata.tables)


async def test_others_parcels_do_not_move_a_merchants_figures(
    town: Town, beta: Tenant, every_door: list[Door]
) -> None:
    """Lists, counts, reports, scores: the same before and after ALPHA had a single parcel."""
    now = await views(beta.client, every_door)
    failures = []
    assert len(now) > 20
    for door, seen in town.before.items():
        moving = SHARED.get(door, set())
        if _without(now[door].body, moving) != _without(seen.body, moving):
            was, is_now = compact(seen.body), compact(now[door].body)
            place = next(
                (i for i, (a, b) in enumerate(zip(was, is_now, strict=False)) if a != b), 0
            )
            start = max(place - 120, 0)
            failures.append(f"{door}: …{was[start : place + 60]} → …{is_now[start : place + 60]}")
    failing(failures)


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {k: _without(v, names) for k, v in value.items() if k not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value


async def test_no_filter_and_no_search_finds_anothers(
    town: Town, beta: Tenant, every_door: list[Door]
) -> None:
    failures, asked = [], 0
    for door in every_door:
        if door.method != "GET" or door.operation is None or str(door) in OPEN:
            continue
        path = door.path if not door.places else None
        if path is None:
            (probe,) = attacks(door, town.beta.values, town.beta.values)
            path = probe.path
        for probe in narrowed(door, path, town.alpha.values, town.alpha.searches):
            answer = await probe.send(beta.client)
            asked += 1
            for canary in leaked(answer, town.canaries.alpha):
                failures.append(f"{probe}: {canary}")
            if broken(door, answer):
                failures.append(f"{probe}: {answer.status_code}")
    failing(failures)
    assert asked > 100


async def test_what_finds_alphas_parcels_finds_nothing_for_beta(
    town: Town, alpha: Tenant, beta: Tenant, every_door: list[Door]
) -> None:
    """Every search field, with every number, phone and word of ALPHA's."""
    failures, hits = [], 0
    for door in every_door:
        if door.method != "GET" or "q" not in door.parameters("query") or door.path in NOTED:
            continue
        for word in town.alpha.searches:
            answer = await beta.client.get(door.path, params={"q": word})
            hits += bool(
                (await alpha.client.get(door.path, params={"q": word})).json().get("items")
            )
            found = answer.json() if answer.is_success else {}
            if any(value for name, value in found.items() if name != "capped_at"):
                failures.append(f"{door} q={word}: {answer.text[:200]}")
    failing(failures)
    assert hits >= 10


async def test_cursors_of_alphas_lists_show_beta_its_own(
    town: Town, alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient, every_door: list[Door]
) -> None:
    failures, cursors = [], 0
    for door in every_door:
        if door.method != "GET" or "cursor" not in door.parameters("query"):
            continue
        (probe,) = attacks(door, town.alpha.values, town.alpha.values)
        for owner in (alpha.client, platform):
            answer = await owner.get(probe.path, params={"limit": 1})
            cursor = answer.json().get("next_cursor") if answer.is_success else None
            if cursor is None:
                continue
            cursors += 1
            path = probe.path if door.places else door.path
            shown = await beta.client.get(path, params={"cursor": cursor, "limit": 200})
            failures += [f"{door}: {canary}" for canary in leaked(shown, town.canaries.alpha)]
    failing(failures)
    assert cursors >= 8


async def test_an_answer_is_not_replayed_to_another(
    town: Town, alpha: Tenant, beta: Tenant
) -> None:
    """ALPHA's Idempotency-Key and its very request, sent by BETA and by the platform's key."""
    mine = town.alpha.first_order
    headers = {"Idempotency-Key": REQUEST}
    again = await alpha.client.post(f"{API}/orders", json=mine, headers=headers)
    assert again.status_code == 201
    assert again.json()["sub_orders"][0]["id"] == town.alpha.values["sub_order_id"]
    headers = {"Idempotency-Key": f"{REQUEST}-other"}
    made = await alpha.client.post(f"{API}/orders", json=_renamed(mine), headers=headers)
    assert made.status_code == 201
    for body in (mine, _renamed(mine)):
        answer = await beta.client.post(f"{API}/orders", json=body, headers=headers)
        assert answer.status_code == 404
        assert not leaked(answer, town.canaries.alpha)


def _renamed(order: dict[str, Any]) -> dict[str, Any]:
    (sub,) = order["sub_orders"]
    number = f"{order['order_no']}-AGAIN"
    return order | {"order_no": number, "sub_orders": [sub | {"sub_order_no": f"{number}-S"}]}


async def test_merchants_read_nothing_of_the_platform(
    town: Town, alpha: Tenant, every_door: list[Door]
) -> None:
    """Its costs, its contracts, its staff's notes; and nothing of other merchants."""
    hidden = town.canaries.staff | town.canaries.beta
    failures = []
    for door in every_door:
        if door.method != "GET" or door.operation is None or str(door) in OPEN:
            continue
        probe = attacks(door, town.alpha.values, town.alpha.values)[0]
        more = narrowed(door, probe.path, town.alpha.values, town.alpha.searches)
        for each in (probe, *more):
            answer = await each.send(alpha.client)
            failures += [f"{each}: {canary}" for canary in leaked(answer, hidden)]
    for shipment in await _boxes(alpha.client):
        for part in ("", "/events", "/waybills", "/timeline"):
            answer = await alpha.client.get(f"{API}/shipments/{shipment}{part}")
            failures += [f"…/{{id}}{part}: {canary}" for canary in leaked(answer, hidden)]
    failing(sorted(set(failures)))


async def _boxes(client: httpx.AsyncClient) -> list[str]:
    found = await client.get(f"{API}/shipments", params={"limit": 200})
    return [row["id"] for row in found.json()["items"]]


async def test_nobody_learns_nothing(
    town: Town, nobody: httpx.AsyncClient, every_door: list[Door]
) -> None:
    """401 everywhere but at the open doors, and those tell nothing either."""
    failures = []
    hidden = town.canaries.alpha | town.canaries.personal | town.canaries.staff
    for door in every_door:
        probe = attacks(door, town.alpha.values, town.beta.values)[0]
        answer = await probe.send(nobody)
        shown = _shown_to_holders(town, door) - town.canaries.personal
        failures += [f"{probe}: {c}" for c in leaked(answer, hidden - shown)]
        if str(door) not in OPEN and answer.status_code != 401:
            failures.append(f"{probe}: {answer.status_code} {answer.text[:120]}")
    failing(failures)


def _shown_to_holders(town: Town, door: Door) -> set[str]:
    """What a door shows to whoever holds the address with ALPHA's token in it."""
    who = town.alpha.who
    if str(door) == "POST /push/{connector}/{token}":
        return {who.ebusiness_id}  # the protocol's acknowledgement names its user
    if str(door) == "GET /track/{token}.json":
        scans = {c for c in town.canaries.alpha if f"】{who.mark}" in c}
        return scans | {who.city, who.mark}
    return set()


async def test_beta_can_neither_read_nor_change_what_is_alphas(
    town: Town, beta: Tenant, every_door: list[Door]
) -> None:
    """All doors, with ALPHA's ids: all of them, and each alone among BETA's own.

    What is ALPHA's must answer exactly as what does not exist, and no row but BETA's may change.
    """
    failures: list[str] = []
    unknown = strangers(town)
    spare = iter(await _fresh_boxes(beta, sum(door.mutates for door in every_door)))
    others = await ledger.opened(town.hub, town.beta)
    for door in sorted(every_door, key=lambda d: d.method == "DELETE"):
        own = town.beta.values | (next(spare) if door.mutates else {})
        for number, probe in enumerate(attacks(door, town.alpha.values, own)):
            answer = await probe.send(beta.client)
            if str(door) not in OPEN:
                failures += [f"{probe}: {c}" for c in leaked(answer, town.canaries.alpha)]
            failures += _wrong(probe, answer, town)
            if "all of" in probe.note and str(door) not in OPEN:
                twin = attacks(door, unknown, town.beta.values)[number]
                if (twin.path, twin.body) != (probe.path, probe.body):
                    other = await twin.send(beta.client)
                    failures += _tells_apart(answer, other, town, unknown)
        if door.mutates:
            failures += [f"{door}: {change}" for change in await others.changes()]
    failing(failures)


async def _fresh_boxes(beta: Tenant, count: int, name: str = "FRESH") -> list[dict[str, Any]]:
    """Boxes of BETA's that wait to be shipped: whatever may be done with a box may be tried."""
    same = {"address": f"{BETA.mark}同一处 9 号"}
    orders = [order_of(BETA, str(beta.id), f"{name}-{n}", **same) for n in range(count)]
    placed = await beta.client.post(f"{API}/orders/batch", json={"orders": orders})
    found = []
    for row in placed.json()["items"]:
        (sub,) = row["order"]["sub_orders"]
        (box,) = sub["shipment_ids"]
        lines = (await beta.client.get(f"{API}/shipments/{box}")).json()["lines"]
        names = {"sub_order_id": sub["id"], "shipment_id": box, "shipment_ids": [box]}
        found.append(names | {"shipment_line_id": lines[0]["id"]})
    return found


def _wrong(probe: Probe, answer: httpx.Response, town: Town) -> list[str]:
    status = answer.status_code
    if status >= 500:
        return [f"{probe}: {status} {answer.text[:200]}"]
    if status == 422 and "errors" in answer.json():
        return [f"{probe}: not a valid request, it proves nothing: {answer.json()['detail']}"]
    of_alpha = is_of_alpha(probe, town.alpha, town.beta) and str(probe.door) not in OPEN
    if of_alpha and status not in REFUSED:
        return [f"{probe}: {status} {answer.text[:200]}"]
    return []


def _tells_apart(
    answer: httpx.Response, other: httpx.Response, town: Town, unknown: dict[str, Any]
) -> list[str]:
    """Whether a caller learns that ALPHA's thing exists."""
    mine = nameless(swapped(compact(Seen.of(answer).body), town.alpha.values, unknown))
    theirs = nameless(compact(Seen.of(other).body))
    if (answer.status_code, mine) == (other.status_code, theirs):
        return []
    said = f"{answer.request.method} {answer.request.url}"
    return [f"{said}: {answer.status_code} {mine[:300]} ≠ {other.status_code} {theirs[:300]}"]


async def test_anothers_number_opens_nothing(town: Town, beta: Tenant) -> None:
    """Whoever says that its parcel has ALPHA's number neither reads nor moves ALPHA's parcel."""
    values, database = town.alpha.values, town.hub.context.database
    boxes = await _fresh_boxes(beta, 2, "STOLEN")
    claims = [("YTO", values["number"]), ("STO", values["own_number"])]
    for box, (courier, number) in zip(boxes, claims, strict=True):
        others = await ledger.opened(town.hub, town.beta)
        wish = {"shipment_id": box["shipment_id"], "method": "own_number"}
        wish |= {"courier": courier, "number": number.lower()}
        refused = await beta.client.post(f"{API}/shipments", json=wish)
        assert refused.status_code == 409
        assert await others.changes() == []
        await drain(database, CONSUMERS)
        for path in (f"/tracks/{courier}/{number}", f"/shipments/{box['shipment_id']}"):
            seen = await beta.client.get(f"{API}{path}")
            assert leaked(seen, town.canaries.alpha - {number}) == []


async def test_exports_hold_a_merchants_own_rows(
    town: Town, alpha: Tenant, beta: Tenant, every_door: list[Door]
) -> None:
    """Whatever is asked for: the rows, and what the asking leaves in the audit log."""
    failures, rows = [], 0
    for door in every_door:
        if door.path not in NOTED:
            continue
        probes = narrowed(door, door.path, town.alpha.values, town.alpha.searches, noted=True)
        for probe in (Probe(door, door.path), *probes):
            answer = await probe.send(beta.client)
            failures += [f"{probe}: {canary}" for canary in leaked(answer, town.canaries.alpha)]
            rows += len((await probe.send(alpha.client)).text.splitlines()) - 1
    failing(failures)
    assert rows > 10


async def test_secrets_are_told_to_no_one(
    town: Town, alpha: Tenant, platform: httpx.AsyncClient, every_door: list[Door]
) -> None:
    """Every read and then every act, by the owner and by an operator: no secret comes back.

    Also proves that the requests of these tests are real: to somebody they do not say 404.
    """
    failures, vain = [], []
    own_address = {town.alpha.values["push_token"], town.platform["push_token"]}
    for door in sorted(
        every_door,
        key=lambda d: (
            ("GET", "HEAD").index(d.method)
            if d.method in ("GET", "HEAD")
            else 2 + (d.method == "DELETE")
        ),
    ):
        answers = []
        for probe in attacks(door, town.alpha.values, town.alpha.values)[:1]:
            for client in (alpha.client, platform):
                answer = await probe.send(client)
                answers.append(answer)
                hidden = town.canaries.secrets - own_address
                failures += [f"{probe}: {c}" for c in leaked(answer, hidden)]
                if broken(door, answer):
                    failures.append(f"{probe}: {answer.status_code} {told(answer)[:200]}")
        if str(door) in UNFOUND:
            continue
        if door.places and door.operation and all(a.status_code in (403, 404) for a in answers):
            vain.append(f"{door}: {answers[0].text[:200]}")
    failing(failures)
    failing(f"the owner does not find its own thing: {line}" for line in vain)
