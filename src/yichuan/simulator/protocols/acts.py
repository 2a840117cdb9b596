"""What couriers do whatever protocol they are asked in: allot, find, cancel, tell, listen."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from yichuan.simulator import ledger as log
from yichuan.simulator.catalogue import couriers
from yichuan.simulator.config import Branch, Subscriber
from yichuan.simulator.geo import UnknownPlaceError, find_city, place_of_line
from yichuan.simulator.history import Event
from yichuan.simulator.routes import Place
from yichuan.simulator.things import NewWaybill, RefusedError, Waybill
from yichuan.simulator.world import World

Why: TypeAlias = Literal[
    "missing", "format", "user", "signature", "account", "balance", "address", "order", "number",
    "cancelled", "collected", "phone",
]  # fmt: skip


class Refusal(Exception):
    """A courier says no. Each protocol has its own code for `why`."""

    def __init__(self, why: Why, words: str) -> None:
        super().__init__(words)
        self.why: Why = why
        self.words = words


@dataclass(frozen=True, slots=True)
class Person:
    """Sender or receiver, as the protocol's fields say."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    address: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller wants to send."""

    code: str
    branch: Branch
    sender: Person
    receiver: Person
    pieces: int = 1
    exp: str = ""
    trans: str = ""
    listen: bool = True
    """Pushes of its numbers need no subscription."""


def caller_of(world: World, name: str, protocol: str) -> Subscriber:
    """Who calls.

    Raises:
        Refusal: `user`.
    """
    found = world.subscribers.get(name)
    if found is None or found.protocol != protocol:
        raise Refusal("user", "用户不存在")
    return found


def branch_of(
    world: World,
    courier: str,
    *,
    customer: str = "",
    password: str | None = "",
    month: str = "",
) -> Branch:
    """The waybill account that a caller names: by customer and password, or by 月结号. Without a
    password (None) where the protocol sends none or hides it.

    Raises:
        Refusal: `account`.
    """
    for branch in world.branches.values():
        if branch.courier != courier:
            continue
        by_month = bool(month) and branch.month_code == month
        by_name = bool(customer) and branch.customer_name == customer
        if by_month or (by_name and password in (branch.customer_pwd, None)):
            return branch
    raise Refusal("account", "月结卡号或电子面单客户号不存在")


def allot(world: World, caller: Subscriber, order: Order, now: datetime) -> tuple[Waybill, bool]:
    """The waybill of an order, and whether it was there already.

    Raises:
        Refusal: `missing`, `address`, `balance`.
    """
    known = find(world, caller, order.code)
    if known is not None:
        return known, True
    new = NewWaybill(
        ebusiness_id=caller.ebusiness_id,
        order_code=order.code,
        courier=order.branch.courier,
        branch=order.branch,
        origin=_place(order.sender),
        destination=_place(order.receiver),
        pieces=order.pieces,
        phone_tails=_tails(order.sender, order.receiver),
        exp=order.exp,
        trans=order.trans,
        subscribe=order.listen,
    )
    try:
        return world.accept(new, now), False
    except RefusedError as error:
        raise Refusal("balance", str(error)) from error


def find(world: World, caller: Subscriber, order_code: str) -> Waybill | None:
    """What an order code brought, cancelled or not."""
    return world.orders.get((caller.ebusiness_id, order_code))


def owner(world: World, caller: Subscriber, courier: str, number: str) -> Waybill:
    """The caller's own waybill of a number.

    Raises:
        Refusal: `number`.
    """
    waybill = world.waybills.get((courier, number))
    if waybill is None or waybill.line.ebusiness_id != caller.ebusiness_id:
        raise Refusal("number", "运单号不存在或不属于该客户")
    return waybill


def cancel(world: World, waybill: Waybill | None, now: datetime) -> None:
    """Give a number back before pickup.

    Raises:
        Refusal: `order`, `cancelled`, `collected`.
    """
    if waybill is None:
        raise Refusal("order", "订单不存在")
    if waybill.cancelled:
        raise Refusal("cancelled", "订单已取消")
    try:
        world.cancel(waybill, now)
    except RefusedError as error:
        raise Refusal("collected", str(error)) from error


def scans(world: World, courier: str, number: str) -> Sequence[Event]:
    """What has happened to a number so far."""
    parcel = world.parcels.get((courier, number))
    return () if parcel is None else parcel.history.events[: parcel.happened]


def listen(
    world: World,
    caller: Subscriber,
    courier: str,
    number: str,
    now: datetime,
    order: str = "",
    callback: str = "",
) -> None:
    """Have a number pushed from now on; `callback` comes back with what is told of it."""
    line = log.Subscribed(now, caller.ebusiness_id, courier, number, "102", order, callback)
    world.subscribe(line)


def person_of_line(name: str, phone: str, line: str) -> Person:
    """A person whose whole address stands in one line.

    Raises:
        Refusal: `address`.
    """
    try:
        city, district = place_of_line(line)
    except UnknownPlaceError:
        raise Refusal("address", "地址超出服务范围") from None
    return Person(name, phone, city.province, city.name, district, line)


def check_phone(world: World, caller: Subscriber, courier: str, number: str, tail: str) -> None:
    """Couriers that ask for a phone tell only who knows its last digits, or gave the parcel.

    Raises:
        Refusal: `phone`.
    """
    waybill = world.waybills.get((courier, number))
    asks = world.config.asks_phone and couriers()[courier].asks_phone
    if not asks or waybill is None or waybill.line.ebusiness_id == caller.ebusiness_id:
        return
    if tail not in waybill.line.phone_tails:
        raise Refusal("phone", "手机号后四位与单号不符")


def check_signature(given: str | None, right: str) -> None:
    """Nothing, when they are equal.

    Raises:
        Refusal: `signature`.
    """
    if given != right:
        raise Refusal("signature", "签名错误")


def md5_hex(text: str) -> str:
    """A text's MD5 in lower-case hexadecimal."""
    return hashlib.md5(text.encode()).hexdigest()


def md5_base64(text: str) -> str:
    """Base64 of the sixteen bytes of a text's MD5."""
    return base64.standard_b64encode(hashlib.md5(text.encode()).digest()).decode()


def json_object(text: str | bytes) -> Mapping[str, object]:
    """A JSON object.

    Raises:
        Refusal: `format`.
    """
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal("format", "非法的JSON格式") from None
    if not isinstance(found, dict):
        raise Refusal("format", "非法的JSON格式")
    return found


def objects(fields: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects of an array."""
    found = fields.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def within(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An object that must be there.

    Raises:
        Refusal: `missing`.
    """
    found = fields.get(name)
    if not isinstance(found, dict):
        raise Refusal("missing", f"{name}不能为空")
    return found


def words(fields: Mapping[str, object], name: str, *, needed: bool = False) -> str:
    """A text or number among an object's fields.

    Raises:
        Refusal: `missing`, when it is needed.
    """
    value = fields.get(name)
    found = str(value).strip() if isinstance(value, str | int | float) else ""
    if needed and not found:
        raise Refusal("missing", f"{name}不能为空")
    return found


def _place(person: Person) -> Place:
    for what, value in (("姓名", person.name), ("电话", person.phone), ("地址", person.address)):
        if not value:
            raise Refusal("missing", f"{what}不能为空")
    try:
        return Place(find_city(person.city, person.province), person.district)
    except UnknownPlaceError:
        raise Refusal("address", "地址超出服务范围") from None


def _tails(*people: Person) -> tuple[str, ...]:
    digits = ["".join(c for c in person.phone if c.isdigit()) for person in people]
    return tuple(dict.fromkeys(number[-4:] for number in digits if len(number) >= 4))
