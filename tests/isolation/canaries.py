"""What must not be read by others: distinctive strings, most of them found in the database.

A merchant's canaries are the telling texts that came into the database when it moved in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pypdfium2
from sqlalchemy import text

from isolation.filling import Hub, Things
from isolation.people import COST_FEN, COST_YUAN, STAFF_WORDS
from yichuan.tables import metadata

TELLING = re.compile(r"\d{9}|QX[A-Z]+\d|^(?=.*[0-9A-Z])[\w-]{16,}$")
"""A stored text that names something: a number, a marked word, a token."""
KEPT_ASIDE = frozenset({"idempotency_keys", "alembic_version", "sessions"})
"""Tables no row of which is ever shown."""


@dataclass(frozen=True)
class Canaries:
    """Strings by who may not read them."""

    alpha: frozenset[str]
    """ALPHA's own: not for BETA, not for nobody."""
    beta: frozenset[str]
    """BETA's own: not for ALPHA."""
    personal: frozenset[str]
    """ALPHA's buyer: not for anyone who only has a link."""
    staff: frozenset[str]
    """The platform's costs, contracts, bills and staff notes: not for merchants."""
    secrets: frozenset[str]
    """For nobody, once they were given out."""


def told(answer: httpx.Response) -> str:
    """Everything an answer says: headers, and the text of its body or of its PDF."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/pdf"):
        document = pypdfium2.PdfDocument(answer.content)
        body = "".join(page.get_textpage().get_text_range() for page in document)
    elif "\\u" in answer.text and "json" in kind:
        body = json.dumps(answer.json(), ensure_ascii=False)
    else:
        body = answer.text
    return body + "".join(f"\n{name}: {value}" for name, value in answer.headers.items())


def asked(request: httpx.Request) -> str:
    """What the caller said itself: hearing it again tells nothing."""
    words = [request.url.path, *(value for _, value in request.url.params.multi_items())]
    if request.headers.get("content-type", "") == "application/json" and request.content:
        words.append(json.dumps(json.loads(request.content), ensure_ascii=False))
    elif "content-type" in request.headers:
        words.append(request.read().decode("utf-8", "replace"))
    return " ".join(words)


def says(said: str, canary: str) -> bool:
    """Whether a text that has a canary in it tells it; a plain number is one of its own only."""
    if not canary.replace(".", "").isdigit():
        return True
    return re.search(rf"(?<![\w.]){re.escape(canary)}(?!\w)", said) is not None


def leaked(answer: httpx.Response, canaries: Iterable[str]) -> list[str]:
    """Canaries that an answer tells although its request did not say them."""
    said = told(answer)
    found = [canary for canary in canaries if canary in said and says(said, canary)]
    known = asked(answer.request) if found else ""
    return sorted(canary for canary in found if canary not in known)


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, UUID | str):
        yield str(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _flat(item)


async def words_in(hub: Hub) -> set[str]:
    """Ids and telling texts of every table."""
    found: set[str] = set()
    async with hub.context.database.system() as session:
        for table in metadata.sorted_tables:
            if table.name in KEPT_ASIDE:
                continue
            for row in await session.execute(text(f"SELECT * FROM {table.name}")):
                found |= {word for word in _flat(tuple(row)) if TELLING.search(word)}
    return found


@dataclass(frozen=True)
class Stock:
    """The database's words before anyone moved in, after BETA did, after ALPHA did."""

    at_first: set[str]
    with_beta: set[str]
    with_alpha: set[str]


async def gather(
    hub: Hub, stock: Stock, alpha: Things, beta: Things, furnished: dict[str, Any]
) -> Canaries:
    """Everything that only one side knows."""
    mine = stock.with_alpha - stock.with_beta
    yours = stock.with_beta - stock.at_first
    platform = hub.network.subscribers[0]
    branches = [b for b in hub.network.branches if not b.customer_name.startswith("QX")]
    keys = {platform.app_key, furnished["push_token"], *(b.customer_pwd for b in branches)}
    contracts = {b.customer_name for b in branches} | {b.month_code for b in branches}
    who = alpha.who
    personal = {who.name, who.phone, who.address, who.name_masked, who.phone_masked}
    given = alpha.shown_once | beta.shown_once | who.secrets | beta.who.secrets
    return Canaries(
        alpha=frozenset(mine | who.words | {alpha.values["merchant_id"]}),
        beta=frozenset(yours | beta.who.words | {beta.values["merchant_id"]}),
        personal=frozenset(personal | {f"{who.mark}-BUYER"}),
        staff=frozenset({STAFF_WORDS, str(COST_FEN), COST_YUAN} | contracts - {""}),
        secrets=frozenset(await _hashes(hub) | keys | given),
    )


async def _hashes(hub: Hub) -> set[str]:
    """What is kept instead of passwords and tokens, and what browsers must repeat."""
    async with hub.context.database.system() as session:
        rows = await session.execute(
            text(
                "SELECT password_hash FROM users"
                " UNION SELECT encode(token_digest, 'hex') FROM api_keys"
                " UNION SELECT encode(token_digest, 'hex') FROM sessions"
                " UNION SELECT csrf_token FROM sessions"
            )
        )
        return set(rows.scalars())
