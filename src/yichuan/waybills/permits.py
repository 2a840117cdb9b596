"""What terms of couriers say of a box before it is printed: let pass, warned of, leaving when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from yichuan.core.clock import CHINA
from yichuan.core.direct import Direct
from yichuan.core.errors import YichuanError
from yichuan.dispatch.rules import Option
from yichuan.dispatch.service import Dispatcher
from yichuan.shipments.boxes import Box
from yichuan.terms import closing
from yichuan.terms import queries as terms
from yichuan.terms.book import Parcel
from yichuan.terms.carriage import carriage_on
from yichuan.waybills.parties import Parties

SOON = timedelta(days=3)
"""A virtual number that lapses within it may not live until the delivery."""

Notice = tuple[str, str, str]
"""Code, Chinese and English text of what does not stop a box."""


async def cleared(
    direct: Direct,
    facts: Mapping[UUID, Dispatcher],
    boxes: Sequence[Box],
    parties: Mapping[UUID, Parties | YichuanError],
) -> Mapping[UUID, frozenset[UUID]]:
    """Goods rules that boxes were let pass; asked only where a box touches one."""
    touching = [
        box
        for box in boxes
        if isinstance(found := parties[box.id], Parties)
        and facts[box.merchant_id].terms.goods.hits(found.titles)
    ]
    if not touching:
        return {}
    owners, ids = {box.merchant_id for box in touching}, [box.id for box in touching]
    (found_rules,) = await direct.ask(terms.cleared(owners, ids))
    return found_rules


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a box leaves with the service chosen for it."""

    courier: str
    service: str
    at: datetime
    zh: str
    en: str


def leaving(facts: Dispatcher, option: Option, parcel: Parcel, at: datetime) -> Leaving | None:
    """The next collection of the chosen service; None: nobody said when it collects."""
    account = facts.account(option.account_id)
    if account is None:
        return None
    week = facts.terms.week(carriage_on(account, option.service), parcel.origin)
    found = None if week is None else week.next(at)
    if found is None:
        return None
    return Leaving(option.courier, option.service, found, *closing.words(found, at))


def warnings(
    facts: Dispatcher, box: Box, parcel: Parcel, leaves: Leaving | None
) -> Iterator[Notice]:
    """What deserves a look: goods to declare, a collection after the deadline."""
    for one in facts.terms.to_declare(parcel):
        yield one.code, one.zh, one.en
    if leaves is not None and box.ship_by is not None and leaves.at > box.ship_by:
        by = f"{box.ship_by.astimezone(CHINA):%m-%d %H:%M}"
        yield (
            "after_deadline",
            f"赶不上发货时限：最近一次揽收 {leaves.zh}，应于 {by} 前发出",
            f"misses its deadline: next collection {leaves.en}, to be shipped by {by}",
        )


def phone_warning(valid_until: datetime | None, at: datetime) -> Notice | None:
    """A virtual number that lapsed, or may before the delivery."""
    if valid_until is None or valid_until > at + SOON:
        return None
    if valid_until <= at:
        return (
            "phone_expired",
            "收件人虚拟号已过期，请在打单前刷新号码",
            "the recipient's virtual number has expired: refresh it before printing",
        )
    return (
        "phone_expiring",
        "收件人虚拟号 3 天内到期，派送时可能打不通",
        "the recipient's virtual number expires within 3 days and may be dead on delivery",
    )
