"""What would stop a batch, said before it starts: holds, missing people, empty accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from yichuan.core.clock import now
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
from yichuan.terms.book import NOBODY
from yichuan.waybills import permits, queries
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.permits import Leaving
from yichuan.waybills.printing import box_refusal
from yichuan.waybills.schemas import AccountNeed, Blocker, LeavingView, Preflight

Problem = tuple[str, str, str]
"""Code, Chinese and English text."""

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


class _Batch:
    """A batch looked at box by box."""

    def __init__(self, wanted: tuple[str | None, UUID | None], quota: quotas.Reserving) -> None:
        self._wanted = wanted
        self._quota = quota
        self.ready = 0
        self.blockers: dict[str, Blocker] = {}
        self.doubts: dict[str, Blocker] = {}
        self.need: Counter[UUID] = Counter()
        self.leaving: Counter[Leaving] = Counter()

    def refuse(self, row: Box, problem: Problem, rule_id: UUID | None = None) -> None:
        """A box that cannot be printed."""
        _add(self.blockers, problem, row.id, rule_id)

    def printed(self, row: Box, found: Parties) -> None:
        """A box that has its number already."""
        self._accept(row, found)

    def numbered(
        self, row: Box, found: Parties, facts: Dispatcher, passed: frozenset[UUID]
    ) -> None:
        """A box that would take a number."""
        at = now()
        parcel = found.parcel(row, passed)
        forbidden = facts.terms.forbidden(parcel)
        if forbidden is not None:
            problem = (forbidden.code, forbidden.zh, forbidden.en)
            self.refuse(row, problem, forbidden.rule_id)
            return
        choice = dispatch.decide(
            facts,
            row,
            found.categories,
            origin_province=found.sender.province,
            parcel=parcel,
            courier=self._wanted[0],
            account_id=self._wanted[1],
            quotas=self._quota.left(row.merchant_id),
        )
        if choice.option is None:
            self.refuse(row, ("no_courier", choice.reason["zh"], choice.reason["en"]))
            return
        self._quota.reserve(row.merchant_id, choice.option.account_id)
        self.need[choice.option.account_id] += 1
        leaves = permits.leaving(facts, choice.option, parcel, at)
        if leaves is not None:
            self.leaving[leaves] += 1
        for warning in permits.warnings(facts, row, parcel, leaves):
            _add(self.doubts, warning, row.id)
        self._accept(row, found)

    def _accept(self, row: Box, found: Parties) -> None:
        self.ready += 1
        for doubt in _doubts(found):
            _add(self.doubts, doubt, row.id)
        expiring = permits.phone_warning(found.phone_valid_until, now())
        if expiring is not None:
            _add(self.doubts, expiring, row.id)

    def result(self, accounts: list[AccountNeed]) -> Preflight:
        """What was found."""
        leaving = sorted(self.leaving.items(), key=lambda item: (item[0].at, item[0].courier))
        return Preflight(
            ready=self.ready,
            blockers=list(self.blockers.values()),
            doubts=list(self.doubts.values()),
            leaving=[
                LeavingView(
                    courier=one.courier,
                    service=one.service,
                    at=one.at,
                    zh=one.zh,
                    en=one.en,
                    boxes=count,
                )
                for one, count in leaving
            ],
            accounts=accounts,
        )


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
    passed = await permits.cleared(asking, facts, list(rows.values()), parties)
    batch = _Batch((courier, account_id), quotas.Reserving(limits))
    for row in rows.values():
        found = parties[row.id]
        problem = box_refusal(row) or _people_problem(found)
        if problem is not None:
            batch.refuse(row, problem)
        elif isinstance(found, Parties):
            if row.id in issued:
                batch.printed(row, found)
            else:
                cleared = passed.get(row.id, NOBODY)
                batch.numbered(row, found, facts[row.merchant_id], cleared)
    return batch.result(await _needs(system, batch.need))


def _doubts(found: Parties) -> list[Problem]:
    """What is doubtful about a box's address; it prints all the same."""
    to = found.receiver
    return [(d, *_DOUBTS[d]) for d in doubts(to.province, to.city, to.district, to.address)]


def _people_problem(found: Parties | YichuanError) -> Problem | None:
    if isinstance(found, YichuanError):
        return ("people", found.detail or found.title_zh, found.detail or found.title)
    return None


def _add(
    blockers: dict[str, Blocker], problem: Problem, row_id: UUID, rule_id: UUID | None = None
) -> None:
    code, zh, en = problem
    blocker = blockers.setdefault(
        f"{code}/{zh}", Blocker(code=code, zh=zh, en=en, shipment_ids=[], rule_id=rule_id)
    )
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
