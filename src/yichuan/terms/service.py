"""The verbs on terms: write, end, clear, and what holds for a merchant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from yichuan.core.cached import Remembered
from yichuan.core.clock import now
from yichuan.core.database import Database, SystemSession, WriteSession
from yichuan.core.errors import Conflict, Forbidden, Invalid
from yichuan.core.ids import new_id
from yichuan.couriers import queries as couriers
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.terms import queries
from yichuan.terms.areas import state_of
from yichuan.terms.book import Rows, Terms
from yichuan.terms.kinds import KINDS, KindOf, conflict_columns
from yichuan.terms.models import GoodsClearance, GoodsRule, Suspension, Term
from yichuan.terms.queries import Version
from yichuan.terms.values import PLATFORM_KINDS, TermKind

TERM_SECONDS = 2.0
"""How old terms may be where numbers are taken."""
CHUNK = 1000
"""Rows of a file written in one statement."""


class Wish(Protocol):
    """A term somebody wants: its kind and its columns."""

    @property
    def kind(self) -> TermKind: ...
    def model_dump(self) -> dict[str, Any]: ...


class _Known:
    """All terms at one version, made ready merchant by merchant."""

    def __init__(self, version: Version, rows: Mapping[UUID | None, Rows]) -> None:
        self.version = version
        self._rows = rows
        self._platform = Terms.of([rows.get(None, Rows())])
        self._made: dict[UUID, Terms] = {}

    def of(self, merchant_id: UUID | None) -> Terms:
        own = None if merchant_id is None else self._rows.get(merchant_id)
        if merchant_id is None or own is None:
            return self._platform
        if merchant_id not in self._made:
            self._made[merchant_id] = Terms.of([self._rows.get(None, Rows()), own])
        return self._made[merchant_id]


_recent: Remembered[None, _Known] = Remembered(TERM_SECONDS)
_last: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()


async def of(database: Database, merchant_id: UUID | None) -> Terms:
    """The terms that hold for a merchant (None: the platform's alone), a moment old."""

    async def load() -> _Known:
        known = _last.get(database)
        async with database.system() as session:
            version = await queries.version(session)
            if known is None or known.version != version:
                known = _last[database] = _Known(version, await queries.everything(session))
        return known

    return (await _recent.get(database, None, load)).of(merchant_id)


def forget() -> None:
    """Ask again whether terms changed, next time they are needed."""
    _recent.forget()


def _owner(caller: Caller, kind: TermKind, wanted: UUID | None) -> UUID | None:
    """Whose the term is to be.

    Raises:
        Forbidden: not the caller's to write.
    """
    caller.require("operator", "merchant")
    if caller.merchant_id is None:
        if wanted is not None and kind in PLATFORM_KINDS:
            raise Forbidden("only the platform says this of a service")
        return wanted
    if kind in PLATFORM_KINDS or wanted not in (None, caller.merchant_id):
        raise Forbidden("a merchant writes rules of its own only")
    return caller.merchant_id


async def _check(session: WriteSession, values: Mapping[str, Any], owner: UUID | None) -> None:
    """
    Raises:
        Invalid: no such courier or service.
        NotFound: the account is not the caller's to use.
    """
    courier, service = values.get("courier"), values.get("service")
    if courier is not None and courier not in await couriers.names(session):
        raise Invalid(f"no courier with code {courier} (未知的快递公司)", field="courier")
    if service is not None:
        known = {(one.courier, one.code) for one in await couriers.services(session)}
        if (courier, service) not in known:
            raise Invalid(f"{courier} has no service {service} (没有该产品)", field="service")
    account_id = values.get("account_id")
    if account_id is not None:
        account = await couriers.account(session, account_id)
        if account.courier != courier or account.merchant_id != owner:
            raise Invalid("the account is another courier's or owner's", field="account_id")
    elif "account_id" in values and owner is None:
        raise Invalid("say which merchant or which account is registered", field="account_id")


def _taken(error: IntegrityError) -> Conflict:
    return Conflict("there is such a rule already (已有相同的规则)", reason=str(error.orig)[:200])


async def create(
    session: WriteSession, caller: Caller, wish: Wish, merchant_id: UUID | None
) -> UUID:
    """Write a term.

    Raises:
        Forbidden: it is not the caller's to say.
        Invalid: it names something unknown.
        Conflict: there is such a rule already.
    """
    owner = _owner(caller, wish.kind, merchant_id)
    values = wish.model_dump()
    del values["kind"]
    await _check(session, values, owner)
    term_id = new_id()
    model = KINDS[wish.kind].model
    try:
        async with session.begin_nested():
            await session.execute(
                insert(model).values(id=term_id, merchant_id=owner, actor=caller.name, **values)
            )
    except IntegrityError as error:
        raise _taken(error) from error
    await identity.audit(session, caller, "term.created", str(term_id), owner, kind=wish.kind)
    forget()
    return term_id


async def replace(session: WriteSession, caller: Caller, wish: Wish, term_id: UUID) -> None:
    """Write a term anew.

    Raises:
        NotFound: unknown, or not the caller's to change.
        Invalid: it names something unknown.
        Conflict: another rule says the same, or it is a suspension that is over.
    """
    caller.require("operator", "merchant")
    model = KINDS[wish.kind].model
    row = await queries.own(session, model, term_id)
    if isinstance(row, Suspension) and state_of(row.from_at, row.until_at, now()) == "past":
        raise Conflict("this suspension is over (该停发已结束，不能修改)")
    values = wish.model_dump()
    del values["kind"]
    await _check(session, values, row.merchant_id)
    try:
        async with session.begin_nested():
            await session.execute(
                update(model).where(model.id == term_id).values(actor=caller.name, **values)
            )
    except IntegrityError as error:
        raise _taken(error) from error
    await session.refresh(row)
    await identity.audit(
        session, caller, "term.changed", str(term_id), row.merchant_id, kind=wish.kind
    )
    forget()


async def remove(session: WriteSession, caller: Caller, kind: TermKind, term_id: UUID) -> None:
    """Take a term away.

    Raises:
        NotFound: unknown, or not the caller's to change.
        Conflict: it is a suspension that has begun: end it, so that it stays on record.
    """
    caller.require("operator", "merchant")
    model = KINDS[kind].model
    row = await queries.own(session, model, term_id)
    if isinstance(row, Suspension) and row.from_at <= now():
        raise Conflict("a suspension that has begun is ended, not removed (已开始的停发请结束)")
    await session.execute(delete(model).where(model.id == term_id))
    await identity.audit(session, caller, "term.removed", str(term_id), row.merchant_id, kind=kind)
    forget()


async def end_suspension(session: WriteSession, caller: Caller, term_id: UUID) -> Suspension:
    """Lift a suspension now; it stays on record as past.

    Raises:
        NotFound: unknown, or not the caller's to change.
        Conflict: it has not begun, or is over.
    """
    caller.require("operator", "merchant")
    row = await queries.own(session, Suspension, term_id)
    at = now()
    if state_of(row.from_at, row.until_at, at) != "current":
        raise Conflict("this suspension does not run now (该停发未在进行中)")
    row.until_at = row.ended_at = at
    await session.flush()
    await identity.audit(session, caller, "term.ended", str(term_id), row.merchant_id)
    forget()
    return row


async def clear_goods(
    session: WriteSession,
    caller: Caller,
    merchant_id: UUID,
    shipment_id: UUID,
    rule_id: UUID,
    reason: str,
) -> UUID:
    """Let a box pass a goods rule: operators any, merchants rules of their own. Recorded.

    Raises:
        NotFound: no such rule.
        Forbidden: it is the platform's rule.
    """
    caller.require("operator", "merchant")
    rule = await queries.one(session, GoodsRule, rule_id)
    if not caller.is_platform and rule.merchant_id != caller.merchant_id:
        raise Forbidden("only the platform lets a box pass its rule (平台规则须由平台放行)")
    clearance = new_id()
    await session.execute(
        insert(GoodsClearance).values(
            id=clearance,
            merchant_id=merchant_id,
            shipment_id=shipment_id,
            rule_id=rule_id,
            rule_zh=rule.name_zh,
            rule_en=rule.name_en,
            reason=reason,
            actor=caller.id,
            actor_name=caller.name,
        )
    )
    await identity.audit(
        session, caller, "goods.cleared", str(shipment_id), merchant_id, rule=rule.name_zh
    )
    return clearance


async def store(
    session: SystemSession, kind: TermKind, rows: Sequence[Mapping[str, Any]], actor: str
) -> None:
    """Write rows of a file, with `merchant_id` and `courier`; one that is there is replaced."""
    if not rows:
        return
    known: KindOf = KINDS[kind]
    key = conflict_columns(known)
    last = {tuple(row.get(name) for name in key): row for row in rows}
    ready = [{**row, "id": new_id(), "actor": actor} for row in last.values()]
    model: type[Term] = known.model
    for begin in range(0, len(ready), CHUNK):
        statement = upsert(model).values(ready[begin : begin + CHUNK])
        changed = {name: statement.excluded[name] for name in ready[0] if name not in (*key, "id")}
        await session.execute(
            statement.on_conflict_do_update(index_elements=cast("list[Any]", key), set_=changed)
        )
    forget()
