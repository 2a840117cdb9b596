"""The catalogue of couriers over HTTP."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from yichuan.core.encoding import takes_gzip
from yichuan.core.pagination import Page
from yichuan.couriers import catalogue_queries as queries
from yichuan.couriers import golive, learning, offers, opinions, standing
from yichuan.couriers.catalogue import CourierKind, entries
from yichuan.couriers.catalogue_queries import CatalogueFilter, Listed
from yichuan.couriers.catalogue_schemas import (
    CandidateView,
    ConnectorName,
    CourierCounts,
    CourierDetail,
    CourierName,
    CourierPage,
    CourierView,
    OfferView,
    OpinionView,
    RecogniseRequest,
    RecognitionView,
    ServiceView,
    StepView,
)
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Capability
from yichuan.couriers.golive import Standing
from yichuan.couriers.offers import Offer
from yichuan.couriers.opinions import Opinion
from yichuan.couriers.recognise import Recognition
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, HttpDep, ReadDep

router = APIRouter(tags=["couriers"])
HOUR = "private, max-age=3600"


def _fields(row: Listed) -> dict[str, Any]:
    entry = row.entry
    shared = ("code", "name_zh", "name_en", "kind", "country", "same_as", "phone", "website")
    lists = ("aliases", "added", "kuaidi100", "track17")
    return {
        **{name: getattr(entry, name) for name in shared},
        **{name: list(getattr(entry, name)) for name in lists},
        "can": dict(offers.best(entry.code)),
        "connectors": [offer.connector.name for offer in offers.of(entry.code)],
        "services": [ServiceView.model_validate(service) for service in row.services],
        "accounts": row.accounts,
    }


def _offer_view(offer: Offer, standing: Standing) -> OfferView:
    one, steps = offer.connector, golive.steps(offer, standing)
    return OfferView(
        connector=one.name,
        zh=one.zh,
        en=one.en,
        kind=one.kind,
        their_code=offer.their_code,
        can=dict(offer.can),
        verified=offer.verified,
        steps=[StepView.model_validate(step) for step in steps],
        live=golive.live(steps),
        account_fields=list(one.account_fields),
        notes_zh=one.notes_zh,
        notes_en=one.notes_en,
        sources=list(one.sources),
    )


@router.get("/couriers")
async def list_couriers(
    session: ReadDep,
    q: Annotated[
        str | None, Query(max_length=40, description="code, name, alias, pinyin or its initials")
    ] = None,
    kind: CourierKind | None = None,
    capability: Capability | None = None,
    connector: Annotated[str | None, Query(max_length=30)] = None,
    verified: Annotated[
        bool | None, Query(description="checked against public documents, or only simulated")
    ] = None,
    served: Annotated[bool | None, Query(description="only those with services")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: str | None = None,
) -> CourierPage:
    """The catalogue: couriers with accounts first, then those with services, then by size."""
    wish = CatalogueFilter(q, kind, capability, connector, verified, served)
    found = await queries.page(session, wish, limit, cursor)
    return CourierPage(
        items=[CourierView(**_fields(row)) for row in found.rows],
        next_cursor=found.next_cursor,
        total=found.total,
        counts=CourierCounts(
            **found.counts,
            connectors=[
                ConnectorName.model_validate(one) for one in registry.connectors().values()
            ],
        )
        if found.rows
        else None,
    )


@router.get("/couriers/names", response_model=Page[CourierName])
async def list_courier_names(request: Request, session: ReadDep) -> Response:
    """Code and names of every courier, to choose from; may be kept for an hour."""
    body = _names(frozenset(await queries.served(session)))
    headers = {"Cache-Control": HOUR, "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, media_type="application/json", headers=headers)


@lru_cache(maxsize=2)
def _names(served: frozenset[str]) -> bytes:
    """Half a megabyte that seldom changes, packed: made anew for everyone who comes, it was a
    tenth of the web process's memory."""
    items = [
        CourierName(
            code=entry.code,
            name_zh=entry.name_zh,
            name_en=entry.name_en,
            kind=entry.kind,
            aliases=list(entry.aliases),
            served=entry.code in served,
        )
        for entry in entries().values()
    ]
    return gzip.compress(Page(items=items).model_dump_json().encode())


def recognition_view(found: Recognition, opinion: Opinion | None = None) -> RecognitionView:
    """A recognition with the couriers' names."""
    found = opinions.ordered(found, opinion)
    return RecognitionView(
        number=found.number,
        opinion=OpinionView.model_validate(opinion) if opinion else None,
        certain=found.certain,
        candidates=[
            CandidateView(
                **asdict(candidate),
                name_zh=known.name_zh if known else candidate.courier,
                name_en=known.name_en if known else None,
            )
            for candidate in found.candidates
            for known in [entries().get(candidate.courier)]
        ],
    )


@router.get("/couriers/recognise")
async def recognise_numbers(
    caller: CallerDep,
    session: ReadDep,
    number: Annotated[
        list[Annotated[str, Field(max_length=60)]], Query(max_length=50, default_factory=list)
    ],
    merchant_id: UUID | None = None,
) -> Page[RecognitionView]:
    """单号识别: which couriers a number (or some) may be of, best first."""
    found = await learning.recognise_all(session, number, caller.merchant_id or merchant_id)
    return Page(items=[recognition_view(one) for one in found])


@router.post("/couriers/recognise")
async def recognise_many_numbers(
    wish: RecogniseRequest, caller: CallerDep, context: ContextDep, http: HttpDep
) -> Page[RecognitionView]:
    """单号识别 of up to 1000 numbers at once. It changes nothing."""
    merchant_id = caller.merchant_id or wish.merchant_id
    async with context.database.read(visible_merchants(caller)) as session:
        found = await learning.recognise_all(session, wish.numbers, merchant_id)
    asked = await opinions.second(context, http, found, merchant_id) if wish.ask else {}
    return Page(items=[recognition_view(one, asked.get(one.number)) for one in found])


@router.get("/couriers/{courier}")
async def get_courier(courier: str, context: ContextDep, session: ReadDep) -> CourierDetail:
    """One courier: what can be done, through whom, and what is missing to go live (还差什么)."""
    row = await queries.one(session, courier)
    async with context.database.system() as system:
        standings = await standing.of_courier(session, system, row.entry.code)
    nothing = Standing()
    return CourierDetail(
        **_fields(row),
        offers=[
            _offer_view(offer, standings.get(offer.connector.name, nothing))
            for offer in offers.of(row.entry.code)
        ],
    )
