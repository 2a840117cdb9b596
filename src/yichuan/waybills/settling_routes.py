"""待核实 over HTTP: waybills whose courier cannot be asked, and what people find."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, model_validator

from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.identity.callers import visible_merchants
from yichuan.identity.deps import CallerDep, ContextDep, HttpDep, ReadDep
from yichuan.shipments import queries as shipments
from yichuan.waybills import queries, settling
from yichuan.waybills.schemas import WaybillNumber, WaybillView

router = APIRouter(tags=["waybills"])


class WaitingView(WaybillView):
    """A waybill that waits for a person."""

    shipment_no: str | None = None


class FindingWish(BaseModel):
    """What was found in the courier's own system under the waybill's order code."""

    outcome: Literal["found", "none"]
    """found: the number is there; none: none was made."""
    number: WaybillNumber | None = None
    confirmation: str | None = None
    """Of the first step's answer; without it nothing is changed."""

    @model_validator(mode="after")
    def says_which(self) -> FindingWish:
        """What was found has a number; one beside `none` is left aside."""
        if self.outcome == "found" and self.number is None:
            raise ValueError("found needs a number")
        return self


class AgainstView(BaseModel):
    """Something that speaks against what was found."""

    model_config = ConfigDict(from_attributes=True)

    zh: str
    en: str


class Settlement(BaseModel):
    """What was done, or will be once `confirmation` is sent with the same words."""

    done: bool
    confirmation: str
    doubts: list[AgainstView]
    waybill: WaybillView


@router.get("/waybills/in-doubt")
async def waybills_in_doubt(
    session: ReadDep,
    merchant_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
) -> Page[WaitingView]:
    """待核实: numbers asked for, whose answer was lost and whose courier cannot be asked again."""
    rows, following = await settling.waiting(session, merchant_id, limit, cursor)
    boxes = await shipments.of_ids(session, [row.shipment_id for row in rows])
    items = []
    for row in rows:
        box = boxes.get(row.shipment_id)
        view = WaitingView.model_validate(row)
        items.append(view.model_copy(update={"shipment_no": box.shipment_no if box else None}))
    return Page(items=items, next_cursor=following)


@router.post("/waybills/{waybill_id}/settle")
async def settle_waybill(
    waybill_id: UUID, wish: FindingWish, caller: CallerDep, context: ContextDep, http: HttpDep
) -> Settlement:
    """Say what became of a lost number: it goes on with the one that was found, or may be asked
    for anew. In two steps; repeating the second changes nothing. No courier is called."""
    finding = settling.Finding(wish.outcome, wish.number)
    found = await settling.settle(context, http, caller, waybill_id, finding, wish.confirmation)
    async with context.database.read(visible_merchants(caller)) as session:
        row = await queries.get(session, waybill_id)
    return Settlement(
        done=found.done,
        confirmation=found.confirmation,
        doubts=[AgainstView.model_validate(one) for one in found.doubts],
        waybill=WaybillView.model_validate(row),
    )
