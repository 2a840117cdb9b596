"""What would stop a batch, said before it starts: holds, missing people, empty accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from yichuan.core.context import Context
from yichuan.core.database import ReadSession, SystemSession
from yichuan.core.direct import within
from yichuan.core.errors import NotFound, YichuanError
from yichuan.couriers import queries as couriers
from yichuan.couriers import quotas
from yichuan.dispatch import service as dispatch
from yichuan.dispatch.service import Dispatcher
from yichuan.regions.doubts import Doubt, doubts
from yichuan.shipments.boxes import Box, boxes
from yichuan.waybills import queries
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.printing import box_refusal
from yichuan.waybills.schemas import AccountNeed, Blocker, Preflight

_DOUBTS = {
    Doubt.CONFLICT: (
        "省市区对不上，或详细地址写的是另一个城市",
        "Province, city and district do not belong together, or the text names another city",
    ),
    Doubt.UNKNOWN_DISTRICT: (
        "区县缺失，或不是该市的区县",
        "The district is missing, or is not one of the city's",
    ),
    Doubt.NO_NUMBER: (
        "详细地址没有门牌号",
        "The address has no house number",
    ),
}


async def check(
    context: Context,
    system: SystemSession,
    session: ReadSession,
    shipment_ids: Sequence[UUID],
    courier: str | None,
    account_id: UUID | None,
) -> Preflight:
    """Look at a batch without doing anything.

    Raises:
        NotFound: a box is unknown or not the caller's.
    """
    asking = await within(session)
    (rows,) = await asking.ask(boxes(asking, shipment_ids))
    if any(i not in rows for i in shipment_ids):
        raise NotFound("a shipment of this batch does not exist")
    parties = await gather(asking, context.vault, list(rows.values()))
    owners = {row.merchant_id for row in rows.values()}
    facts = {m: await dispatch.dispatcher(context.database, m) for m in owners}
    issued = await queries.issued_of(session, shipment_ids)
    (limits,) = await asking.ask(quotas.look(owners))
    quota = quotas.Reserving(limits)
    blockers: dict[str, Blocker] = {}
    doubtful: dict[str, Blocker] = {}
    need: Counter[UUID] = Counter()
    ready = 0
    for row in rows.values():
        problem = box_refusal(row) or _people_problem(parties[row.id])
        if problem is None and row.id not in issued:
            found = parties[row.id]
            assert isinstance(found, Parties)
            left = quota.left(row.merchant_id)
            chosen = _account(facts[row.merchant_id], row, found, (courier, account_id), left)
            if isinstance(chosen, UUID):
                quota.reserve(row.merchant_id, chosen)
                need[chosen] += 1
            else:
                problem = chosen
        if problem is None:
            ready += 1
            for doubt in _doubts(parties[row.id]):
                _add(doubtful, doubt, row.id)
        else:
            _add(blockers, problem, row.id)
    accounts = await _needs(system, need)
    return Preflight(
        ready=ready,
        blockers=list(blockers.values()),
        doubts=list(doubtful.values()),
        accounts=accounts,
    )


def _doubts(found: Parties | YichuanError) -> list[tuple[str, str, str]]:
    """What is doubtful about a box's address; it prints all the same."""
    if isinstance(found, YichuanError):
        return []
    to = found.receiver
    return [(d, *_DOUBTS[d]) for d in doubts(to.province, to.city, to.district, to.address)]


def _people_problem(found: Parties | YichuanError) -> tuple[str, str, str] | None:
    if isinstance(found, YichuanError):
        return ("people", found.detail or found.title_zh, found.detail or found.title)
    return None


def _account(
    facts: Dispatcher,
    row: Box,
    parties: Parties,
    wanted: tuple[str | None, UUID | None],
    left: Mapping[UUID, int],
) -> UUID | tuple[str, str, str]:
    choice = dispatch.decide(
        facts,
        row,
        parties.categories,
        origin_province=parties.sender.province,
        courier=wanted[0],
        account_id=wanted[1],
        quotas=left,
    )
    if choice.option is None:
        return ("no_courier", choice.reason["zh"], choice.reason["en"])
    return choice.option.account_id


def _add(blockers: dict[str, Blocker], problem: tuple[str, str, str], row_id: UUID) -> None:
    code, zh, en = problem
    blocker = blockers.setdefault(f"{code}/{zh}", Blocker(code=code, zh=zh, en=en, shipment_ids=[]))
    blocker.shipment_ids.append(row_id)


async def _needs(system: SystemSession, need: Counter[UUID]) -> list[AccountNeed]:
    found: list[AccountNeed] = []
    for account_id, count in need.items():
        row = await couriers.account(system, account_id)
        found.append(
            AccountNeed(
                account_id=row.id,
                courier=row.courier,
                branch_name=row.branch_name,
                balance=row.balance,
                needed=count,
                enough=row.balance is None or row.balance >= count,
            )
        )
    return found
