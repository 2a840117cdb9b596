"""Terms of courier services over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, any_, literal, or_

from yichuan.core.clock import now
from yichuan.core.database import ReadSession
from yichuan.core.errors import Invalid
from yichuan.core.export import download
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.couriers import queries as couriers
from yichuan.identity.callers import Caller
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.merchants import queries as merchants
from yichuan.shipments import queries as shipments
from yichuan.shipments import waiting
from yichuan.terms import announcing, files, places, queries, reach, service
from yichuan.terms.book import Parcel
from yichuan.terms.kinds import KINDS
from yichuan.terms.models import GoodsRule, ServiceArea, Suspension, Term
from yichuan.terms.places import Place
from yichuan.terms.schemas import (
    ClearanceRequest,
    ClearanceView,
    Reached,
    SuspensionView,
    TermPage,
    TermRequest,
    TermView,
    WaitingBox,
)
from yichuan.terms.values import TermKind

router = APIRouter(tags=["terms"])
NOBODY = UUID(int=0)
_VIEW: TypeAdapter[TermView] = TypeAdapter(TermView)
State = Literal["planned", "current", "past"]
Text = Annotated[str | None, Query(max_length=100)]


def _view(kind: TermKind, row: Term) -> TermView:
    found = KINDS[kind].view.model_validate(row)
    if isinstance(found, SuspensionView):
        found = found.at(now())
    return _VIEW.validate_python(found)


async def _conditions(
    session: ReadSession,
    kind: TermKind,
    merchant_id: UUID | None,
    courier: str | None,
    q: str | None,
    state: str | None,
) -> list[ColumnElement[bool]]:
    model = KINDS[kind].model
    found: list[ColumnElement[bool]] = []
    if merchant_id is not None:
        found.append(model.merchant_id == merchant_id)
    column = getattr(model, "courier", None)
    if courier is not None and column is not None:
        found.append(column == courier)
    if q:
        found.append(_named(model, q.strip()))
    if state is not None and model is Suspension:
        at = now()
        begun, over = Suspension.from_at <= at, Suspension.until_at <= at
        running = or_(Suspension.until_at.is_(None), ~over)
        found += {"planned": [~begun], "current": [begun, running], "past": [over]}.get(state, [])
    return found


def _named(model: type[Term], q: str) -> ColumnElement[bool]:
    """Rows that a word is about: goods by name or word, places by name or code."""
    if model is GoodsRule:
        return or_(GoodsRule.name_zh.contains(q), literal(q) == any_(GoodsRule.keywords))
    adcode = getattr(model, "adcode", None)
    if adcode is None:
        return model.actor == q
    prefix = places.prefix_of(q) if q.isdigit() else None
    code = None if q.isdigit() else places.code_of("", "", q) or places.code_of(q, "", "")
    prefix = prefix if code is None else places.prefix_of(code)
    inside: ColumnElement[bool] = adcode.startswith(prefix) if prefix else adcode == q
    return or_(inside, ServiceArea.keyword.contains(q)) if model is ServiceArea else inside


@router.get("/terms/{kind}")
async def list_terms(
    kind: TermKind,
    session: ReadDep,
    merchant_id: UUID | None = None,
    courier: Text = None,
    q: Text = None,
    state: State | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> TermPage:
    """Terms of a kind, newest first: the platform's, and a merchant's own.

    `q`: a division's name or code, a town, or goods. `state`: of suspensions.
    """
    wanted = await _conditions(session, kind, merchant_id, courier, q, state)
    rows, following = await queries.listing(session, KINDS[kind].model, wanted, limit, cursor)
    return TermPage(items=[_view(kind, row) for row in rows], next_cursor=following)


@router.post("/terms", status_code=201)
async def create_term(wish: TermRequest, caller: CallerDep, session: WriteDep) -> TermView:
    """Write a term. A new suspension is announced to the merchants it concerns."""
    kind = wish.term.kind
    term_id = await service.create(session, caller, wish.term, wish.merchant_id)
    row = await queries.one(session, KINDS[kind].model, term_id)
    if isinstance(row, Suspension):
        await announcing.announce(session, row)
    return _view(kind, row)


@router.put("/terms/{kind}/{term_id}")
async def replace_term(
    kind: TermKind, term_id: UUID, wish: TermRequest, caller: CallerDep, session: WriteDep
) -> TermView:
    """Write a term anew; its owner stays. A changed suspension is announced again."""
    if wish.term.kind != kind:
        raise Invalid("the body is a term of another kind", field="kind")
    await service.replace(session, caller, wish.term, term_id)
    row = await queries.one(session, KINDS[kind].model, term_id)
    if isinstance(row, Suspension):
        await announcing.announce(session, row)
    return _view(kind, row)


@router.delete("/terms/{kind}/{term_id}", status_code=204)
async def remove_term(
    kind: TermKind, term_id: UUID, caller: CallerDep, session: WriteDep
) -> Response:
    """Take a term away. A suspension that has begun is ended instead."""
    await service.remove(session, caller, kind, term_id)
    return Response(status_code=204)


@router.post("/terms/suspensions/{suspension_id}/end")
async def end_suspension(
    suspension_id: UUID, caller: CallerDep, session: WriteDep
) -> SuspensionView:
    """Lift a suspension now; it stays on record."""
    row = await service.end_suspension(session, caller, suspension_id)
    return SuspensionView.model_validate(row).at(now())


@router.get("/terms/suspensions/{suspension_id}/shipments")
async def suspended_shipments(
    suspension_id: UUID,
    session: ReadDep,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[WaitingBox]:
    """The caller's boxes that wait and that a suspension holds up, the oldest first."""
    row = await queries.one(session, Suspension, suspension_id)
    held = await announcing.held_by(session, row)
    boxes, following = await waiting.held_up(session, held, limit, cursor)
    items = [WaitingBox.model_validate(box, from_attributes=True) for box in boxes]
    return Page(items=items, next_cursor=following)


@router.get("/terms/{kind}/export.csv", response_class=StreamingResponse)
async def export_terms(
    kind: TermKind, caller: CallerDep, context: ContextDep, courier: Text = None
) -> StreamingResponse:
    """Terms of a kind as a file that can be corrected and imported (`POST /imports`)."""
    scope = None if caller.merchant_id is None else (caller.merchant_id,)

    async def batches() -> AsyncIterator[Iterable[Sequence[object]]]:
        cursor: str | None = None
        async with context.database.read(scope) as session:
            codes = {m.id: m.code for m in await merchants.listing(session)}
            wanted = await _conditions(session, kind, None, courier, None, None)
            while True:
                rows, cursor = await queries.listing(
                    session, KINDS[kind].model, wanted, 1000, cursor
                )
                yield [
                    list(
                        files.cells(
                            kind, row, codes.get(row.merchant_id) if row.merchant_id else None
                        )
                    )
                    for row in rows
                ]
                if cursor is None:
                    return

    return download(f"{kind}.csv", files.titles(kind), batches())


@router.get("/reach")
async def address_reach(
    caller: CallerDep,
    context: ContextDep,
    session: ReadDep,
    province: Text = None,
    city: Text = None,
    district: Text = None,
    address: Annotated[str, Query(max_length=300)] = "",
    goods: Annotated[str, Query(max_length=300)] = "",
    merchant_id: UUID | None = None,
) -> Reached:
    """地址是否可达: which courier services take a parcel to an address now, and why others not.

    For a merchant (platform callers: `merchant_id`) from its warehouse, on its accounts, under its
    own rules too.
    """
    owner = caller.merchant_id or merchant_id
    origin = Place("")
    accounts = await couriers.accounts(session)
    if owner is not None:
        senders = await merchants.senders(session, owner)
        accounts = await couriers.accounts_for(session, owner)
        if senders:
            one = senders[0]
            origin = places.place(one.adcode, one.province, one.city, one.district, "")
    else:
        accounts = [account for account in accounts if account.merchant_id is None]
    to = places.read(province, city, district, address)
    parcel = Parcel(origin, to, (goods,) if goods else ())
    items = reach.reaches(
        await service.of(context.database, owner),
        await couriers.services(session),
        accounts,
        await couriers.names(session),
        parcel,
        now(),
    )
    known = to.adcode or None
    return Reached(
        adcode=known.ljust(6, "0") if known else None,
        place=places.name_of(to.adcode) if known else "",
        items=items,
    )


async def _box_owner(session: ReadSession, caller: Caller, shipment_id: UUID) -> UUID:
    box = await shipments.get(session, shipment_id)
    return box.merchant_id


@router.post("/shipments/{shipment_id}/goods-clearances", status_code=201)
async def clear_goods(
    shipment_id: UUID, wish: ClearanceRequest, caller: CallerDep, session: WriteDep
) -> ClearanceView:
    """放行: let a box pass a goods rule. Operators any; merchants rules of their own."""
    owner = await _box_owner(session, caller, shipment_id)
    made = await service.clear_goods(session, caller, owner, shipment_id, wish.rule_id, wish.reason)
    rows = await queries.clearances(session, shipment_id)
    return ClearanceView.model_validate(next(row for row in rows if row.id == made))


@router.get("/shipments/{shipment_id}/goods-clearances")
async def list_clearances(
    shipment_id: UUID, caller: CallerDep, session: ReadDep
) -> Page[ClearanceView]:
    """Who let a box pass which goods rules, oldest first."""
    await _box_owner(session, caller, shipment_id)
    rows = await queries.clearances(session, shipment_id)
    return Page(items=[ClearanceView.model_validate(row) for row in rows])
