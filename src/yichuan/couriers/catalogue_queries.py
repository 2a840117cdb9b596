"""Reading the catalogue: the packaged couriers with what this installation has of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func

from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid, NotFound
from yichuan.core.pagination import decode_cursor, encode_cursor
from yichuan.couriers import offers, queries
from yichuan.couriers.catalogue import Entry, entries
from yichuan.couriers.queries import CourierAccount, CourierService
from yichuan.couriers.search import RANKS, Facets, look


def _verified(entry: Entry) -> tuple[str, ...]:
    proofs = offers.best(entry.code).values()
    return (str("documents" in proofs).lower(),) if proofs else ()


FACETS: Facets = {
    "kind": lambda entry: (entry.kind,),
    "capability": lambda entry: tuple(offers.best(entry.code)),
    "connector": lambda entry: [offer.connector.name for offer in offers.of(entry.code)],
    "verified": _verified,
}
"""What the catalogue is filtered by, beside the text. Couriers we can do nothing for are neither
verified nor not."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A courier with what the caller has of it."""

    entry: Entry
    services: Sequence[CourierService]
    accounts: int


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What is looked for; None: anything."""

    q: str | None = None
    kind: str | None = None
    capability: str | None = None
    connector: str | None = None
    verified: bool | None = None
    served: bool | None = None
    """Only couriers with services here."""

    def wanted(self) -> dict[str, str]:
        """The facet values asked for."""
        values = {name: getattr(self, name) for name in FACETS}
        return {
            name: str(v).lower() if v in (True, False) else v
            for name, v in values.items()
            if v is not None
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """One page."""

    rows: list[Listed]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    next_cursor: str | None


async def _accounts(session: ReadSession) -> dict[str, int]:
    query = queries.accounts_query(session).with_only_columns(CourierAccount.courier, func.count())
    rows = await session.execute(query.group_by(CourierAccount.courier))
    return {row[0]: row[1] for row in rows}


async def _services(session: ReadSession) -> dict[str, list[CourierService]]:
    found: dict[str, list[CourierService]] = {}
    for row in sorted(await queries.services(session), key=lambda s: (not s.is_default, s.code)):
        found.setdefault(row.courier, []).append(row)
    return found


def _after(cursor: str) -> tuple[int, ...]:
    values = decode_cursor(cursor, 5)
    known = [value for value in values if type(value) is int]
    if len(known) == len(values):
        rank, accounts, *flags, place = known
        if rank in RANKS and accounts <= 0 and set(flags) <= {0, 1} and place >= 0:
            return tuple(known)
    raise Invalid("not a cursor of this list", field="cursor")


async def page(
    session: ReadSession, wish: CatalogueFilter, limit: int, cursor: str | None
) -> Listing:
    """Couriers that fit: the best answers to the text first, then those with accounts, with
    services, and the large ones.

    Raises:
        Invalid: not a cursor of this list.
    """
    after = _after(cursor) if cursor else None
    accounts, services = await _accounts(session), await _services(session)
    within = None
    if wish.served:
        within = [entry for entry in entries().values() if entry.code in services]
    found = look(wish.q, FACETS, wish.wanted(), within)

    def key(rank: int, entry: Entry) -> tuple[int, ...]:
        had = (-accounts.get(entry.code, 0), entry.code not in services)
        return (rank, *map(int, had), int(entry.same_as is not None), entry.place)

    rows = sorted((key(rank, entry), entry) for rank, entry in found.rows) if found.rows else []
    left = [(at, entry) for at, entry in rows if after is None or at > after]
    shown = left[:limit]
    return Listing(
        rows=[_listed(entry, services, accounts) for _, entry in shown],
        total=len(rows),
        counts=found.counts,
        next_cursor=encode_cursor(shown[-1][0]) if len(left) > limit else None,
    )


def _listed(
    entry: Entry, services: Mapping[str, list[CourierService]], accounts: Mapping[str, int]
) -> Listed:
    return Listed(entry, services.get(entry.code, []), accounts.get(entry.code, 0))


async def one(session: ReadSession, code: str) -> Listed:
    """One courier.

    Raises:
        NotFound: no such code.
    """
    entry = entries().get(code)
    if entry is None:
        raise NotFound(f"no courier with code {code}")
    return _listed(entry, await _services(session), await _accounts(session))


async def served(session: ReadSession) -> Collection[str]:
    """Codes of the couriers with services here."""
    return {row.courier for row in await queries.services(session)}
