"""Taking orders in: main orders, sub-orders, lines, recipients, and a planned box each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from yichuan.core.direct import Ask, Direct
from yichuan.core.errors import Conflict, Invalid, NotFound, YichuanError
from yichuan.core.ids import new_id
from yichuan.core.rows import row_error
from yichuan.core.vault import Vault
from yichuan.core.writing import inserts
from yichuan.identity.callers import Caller
from yichuan.merchants import queries as merchants
from yichuan.merchants import service as merchant_service
from yichuan.merchants.queries import Owner
from yichuan.notify import service as notify
from yichuan.notify.service import Telling
from yichuan.orders.boxing import UNMEASURED, boxed
from yichuan.orders.bulk import NewLine, NewOrder
from yichuan.orders.models import Order, OrderLine, Recipient, SubOrder
from yichuan.orders.recipients import (
    Person,
    person,
    recipient_values,
)
from yichuan.orders.schemas import (
    LineIn,
    OrderIn,
    Placed,
    PlacedRow,
    PlacedSubOrder,
    SubOrderIn,
)
from yichuan.shipments import service as shipments
from yichuan.shipments.values import Measured, Plan
from yichuan.terms import closing
from yichuan.terms import queries as terms
from yichuan.terms.closing import Closing
from yichuan.terms.places import Place

ANYWHERE = Place("")
_SAID = tuple(set(NewOrder.__struct_fields__) - {"sub_order_id", "who", "main", "state"})
"""What a sub-order's row and a box's order say alike."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What has to be known to take orders in."""

    owners: Mapping[UUID | str, Owner]
    taken: dict[tuple[UUID, str], UUID]
    """Main order of each (merchant, sub-order number) that was taken before."""
    shops: Mapping[tuple[UUID, str], UUID]
    closings: Sequence[Closing]
    """Cut-off times that hold whichever courier is chosen: of the platform and the merchants."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What an order consists of."""

    main: dict[str, Any]
    people: Sequence[dict[str, Any]]
    subs: Sequence[dict[str, Any]]
    lines: Sequence[dict[str, Any]]
    plans: Sequence[Plan]


async def place(
    direct: Direct, vault: Vault, caller: Caller, orders: Sequence[OrderIn]
) -> list[PlacedRow]:
    """Take orders in; each row succeeds or fails on its own. The writes leave with the commit.

    The commit raises psycopg.errors.UniqueViolation where a twin request won the race for a
    number: what is placed again then finds it taken.
    """
    facts = await _facts(direct, caller, orders)
    results: list[PlacedRow] = []
    good: list[_Rows] = []
    for index, order in enumerate(orders):
        try:
            rows = _rows(facts, vault, caller, order, UNMEASURED)
        except YichuanError as error:
            results.append(PlacedRow(index=index, ok=False, error=row_error(error)))
            continue
        good.append(rows)
        for sub in rows.subs:
            facts.taken[sub["merchant_id"], sub["sub_order_no"]] = sub["order_id"]
        results.append(PlacedRow(index=index, ok=True))
    placed = iter(_write(direct, caller, good))
    return [row.model_copy(update={"order": next(placed)}) if row.ok else row for row in results]


async def place_values(
    direct: Direct,
    vault: Vault,
    caller: Caller,
    values: Mapping[str, Any],
    measured: Measured,
) -> Placed:
    """Take one order in that another door read: `values` as `POST /orders` has them.

    Raises:
        Invalid: a value does not fit, or as of `place_one`.
        Conflict: as of `place_one`.
        NotFound: as of `place_one`.
    """
    try:
        order = OrderIn.model_validate(values)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Invalid(said[:500]) from error
    return await place_one(direct, vault, caller, order, measured)


async def place_one(
    direct: Direct,
    vault: Vault,
    caller: Caller,
    order: OrderIn,
    measured: Measured = UNMEASURED,
) -> Placed:
    """Take one order in: main order, sub-orders, lines, recipients and a planned box each.

    Raises:
        Conflict: the order number is known already.
        NotFound: a merchant is unknown or not the caller's.
        Invalid: a sub-order names no merchant.
    """
    facts = await _facts(direct, caller, [order])
    (placed,) = _write(direct, caller, [_rows(facts, vault, caller, order, measured)])
    return placed


async def _facts(direct: Direct, caller: Caller, orders: Sequence[OrderIn]) -> _Facts:
    subs = [sub for order in orders for sub in order.sub_orders]
    keys = {_owner_key(caller, sub) for sub in subs}
    ids = {key for key in keys if isinstance(key, UUID)}
    codes = {key for key in keys if isinstance(key, str)}
    numbers, shops = {sub.sub_order_no for sub in subs}, {sub.shop for sub in subs if sub.shop}
    if codes:  # whose numbers and shops these are has to be known first
        (owners,) = await direct.ask(merchants.owners(direct, ids, codes))
        ids = {owner.id for owner in owners.values()}
        taken, known, closings = await direct.ask(
            _taken(ids, numbers), merchants.shop_ids(ids, shops), terms.general_closings(ids)
        )
    else:
        owners, taken, known, closings = await direct.ask(
            merchants.owners(direct, ids, codes),
            _taken(ids, numbers),
            merchants.shop_ids(ids, shops),
            terms.general_closings(ids),
        )
    wanted = {
        (owners[key].id, sub.shop)
        for sub in subs
        if sub.shop and (key := _owner_key(caller, sub)) in owners
    }
    if wanted - known.keys():
        known |= await merchant_service.make_shops(direct, wanted - known.keys())
    return _Facts(owners, taken, known, closings)


def _owner_key(caller: Caller, sub: SubOrderIn) -> UUID | str | None:
    """The merchant a sub-order names, by id or code; else the caller's own."""
    return sub.merchant_id or sub.merchant or caller.merchant_id


def _taken(owners: Collection[UUID], numbers: Collection[str]) -> Ask[dict[tuple[UUID, str], UUID]]:
    """Order numbers are one merchant's (or the mall's): the same number again is refused."""
    return Ask(
        "SELECT merchant_id, sub_order_no, order_id FROM sub_orders"
        " WHERE merchant_id = ANY(%s) AND sub_order_no = ANY(%s)",
        (list(owners), list(numbers)),
        lambda rows: {(row[0], row[1]): row[2] for row in rows},
    )


def _owner(facts: _Facts, caller: Caller, sub: SubOrderIn) -> Owner:
    key = _owner_key(caller, sub)
    if key is None:
        raise Invalid(f"sub-order {sub.sub_order_no} names no merchant", field="merchant")
    owner = facts.owners.get(key)
    if owner is None:
        named = isinstance(key, str)
        raise NotFound(f"no merchant with code {key}" if named else "no such merchant")
    return owner


def _refuse_taken(facts: _Facts, order: OrderIn, owners: Sequence[Owner]) -> None:
    numbers = [sub.sub_order_no for sub in order.sub_orders]
    if len(set(numbers)) != len(numbers):
        raise Invalid("a sub-order number is named twice", field="sub_order_no")
    for owner, number in zip(owners, numbers, strict=True):
        known = facts.taken.get((owner.id, number))
        if known is not None:
            raise Conflict(f"sub-order {number} was taken before", order_id=str(known))


def _rows(facts: _Facts, vault: Vault, caller: Caller, order: OrderIn, measured: Measured) -> _Rows:
    owners = [_owner(facts, caller, sub) for sub in order.sub_orders]
    _refuse_taken(facts, order, owners)
    order_id = new_id()
    who = person(order.recipient)
    recipients = {owner.id: recipient_values(vault, owner.id, who) for owner in owners}
    subs = [
        _sub_order(order_id, order, sub, owner, facts.closings)
        for sub, owner in zip(order.sub_orders, owners, strict=True)
    ]
    for values in subs:
        values["shop_id"] = facts.shops.get((values["merchant_id"], values["shop_name"]))
        values["recipient_id"] = recipients[values["merchant_id"]]["id"]
    lines = [
        _line(values, number, line)
        for values, sub in zip(subs, order.sub_orders, strict=True)
        for number, line in enumerate(sub.lines, 1)
    ]
    main = {
        "id": order_id,
        "order_no": order.order_no,
        "buyer_ref": order.buyer_ref,
        "placed_at": order.placed_at,
        "source": caller.id.partition(":")[0],
    }
    plans = [
        _plan(vault, values, lines, who, measured, owner.origin_city)
        for values, owner in zip(subs, owners, strict=True)
    ]
    return _Rows(main, list(recipients.values()), subs, lines, plans)


def _write(direct: Direct, caller: Caller, good: Sequence[_Rows]) -> list[Placed]:
    """Write orders with their boxes and tell the outside."""
    subs = [sub for rows in good for sub in rows.subs]
    direct.write(
        *inserts(
            (Order, [rows.main for rows in good]),
            (Recipient, [person for rows in good for person in rows.people]),
            (SubOrder, subs),
            (OrderLine, [line for rows in good for line in rows.lines]),
        )
    )
    boxes, writes = shipments.planned([p for rows in good for p in rows.plans], caller.id)
    direct.write(*writes)
    direct.write(*notify.emitted([_telling(sub) for sub in subs]))
    box_of = {sub["id"]: box for sub, box in zip(subs, boxes, strict=True)}
    return [
        Placed(
            id=rows.main["id"],
            order_no=rows.main["order_no"],
            sub_orders=[
                PlacedSubOrder(
                    id=sub["id"],
                    sub_order_no=sub["sub_order_no"],
                    merchant_id=sub["merchant_id"],
                    shipment_ids=[box_of[sub["id"]]],
                )
                for sub in rows.subs
            ],
        )
        for rows in good
    ]


def _sub_order(
    order_id: UUID, order: OrderIn, sub: SubOrderIn, owner: Owner, closings: Sequence[Closing]
) -> dict[str, Any]:
    ship_by = sub.ship_by
    if ship_by is None and order.paid_at is not None:
        mine = [row for row in closings if row.merchant_id in (None, owner.id)]
        week = closing.week(mine, None, "", "", ANYWHERE)
        ship_by = closing.ship_by(week, order.paid_at, owner.ship_within_hours)
    amount = sum(
        (li.unit_price.amount_minor if li.unit_price else 0) * li.quantity for li in sub.lines
    )
    return {
        "merchant_id": owner.id,
        "id": new_id(),
        "order_id": order_id,
        "order_no": order.order_no,
        "sub_order_no": sub.sub_order_no,
        "shop_name": sub.shop,
        "buyer_ref": order.buyer_ref,
        "remark": sub.remark,
        "amount_minor": amount,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "ship_by": ship_by,
        "promised_at": sub.promised_at,
        "locker_consent": sub.locker_consent,
    }


def _line(sub: dict[str, Any], number: int, line: LineIn) -> dict[str, Any]:
    return {
        "merchant_id": sub["merchant_id"],
        "id": new_id(),
        "sub_order_id": sub["id"],
        "line_no": number,
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "quantity": line.quantity,
        "unit_price_minor": line.unit_price.amount_minor if line.unit_price else None,
        "weight_g": line.weight_g,
    }


def _plan(
    vault: Vault,
    sub: dict[str, Any],
    lines: Sequence[dict[str, Any]],
    who: Person,
    measured: Measured,
    origin_city: str | None,
) -> Plan:
    order = NewOrder(sub_order_id=sub["id"], who=who, **{name: sub[name] for name in _SAID})
    mine = (NewLine(**line) for line in lines if line["sub_order_id"] == sub["id"])
    return boxed(vault, order, mine, origin_city, measured=measured)


def _telling(sub: Mapping[str, Any]) -> Telling:
    return Telling(
        sub["merchant_id"],
        f"order:{sub['id']}",
        "order.created",
        {
            "order_no": sub["order_no"],
            "sub_order_no": sub["sub_order_no"],
            "sub_order_id": str(sub["id"]),
            "merchant_id": str(sub["merchant_id"]),
        },
    )
