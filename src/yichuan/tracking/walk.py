"""The state machine over a track's events, and where it stands: it can be put away and go on.

The walk is forward-only where the trade is (`STAYS`), and knows the trade's exceptions: a parcel
goes back to the depot after a failed attempt and out again; a locker or station is not a
signature; after 退回 a signature is the sender's; a delivery is only undone by a return or an
explicit correction within `CORRECTABLE`.

Times are seconds since 2000-01-01 UTC: they are compared, stored and sent by the hundred thousand.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Final

import msgspec

from yichuan.tracking.details import NONE, Detail, Milestone, ProblemKind, details
from yichuan.tracking.signature import signature_of

WALK: Final = 1
"""Version of the rules below. Raise it with every change of them: where a track stood by other
rules is not gone on from, its events are walked anew."""
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_UNIX: Final = int(EPOCH.timestamp())
HOUR: Final = 3600
SETTLED: Final = 3 * HOUR
"""A scan at a place this long after 派送中 means that the parcel came back."""
CORRECTABLE: Final = 15 * 24 * HOUR
"""A signature can be taken back for so long."""

M = Milestone
_BEFORE: Final = frozenset({M.created})
_ON_THE_WAY: Final = frozenset({M.picked_up, M.in_transit, M.arriving})
_HUBS: Final = frozenset({"arrived_at_hub", "departed_from_hub"})
_PLACES: Final = _HUBS | {"arrived_at_destination", "transferred_to_carrier"}
_CORRECTION = re.compile(
    r"(?:重新|再次|二次)(?:安排)?(?:派|投|配送)|误(?:签|操作|扫)|(?:取消|撤销|更正)签收|签收(?:取消|撤销|更正)|redeliver",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"取出|取回|重新|再次|二次|redeliver", re.IGNORECASE)
_SENT_BACK = re.compile(r"退回|退件|退货|返货|return", re.IGNORECASE)
_RESUMED = re.compile(
    r"(?:取消|停止|终止|撤销)退|(?:重新|继续|再次|二次)(?:安排)?(?:派|投|配送)|redeliver",
    re.IGNORECASE,
)

STAYS: Final[dict[Milestone, frozenset[Milestone]]] = {
    M.created: frozenset(),
    M.picked_up: _BEFORE,
    M.in_transit: frozenset({M.created, M.picked_up, M.cancelled}),
    M.arriving: frozenset({M.created, M.picked_up, M.cancelled}),
    M.out_for_delivery: frozenset({M.created, M.picked_up, M.cancelled}),
    M.ready_for_collection: frozenset({M.created, M.picked_up, M.arriving, M.cancelled}),
    M.delivered: frozenset(
        {M.created, M.picked_up, M.in_transit, M.arriving, M.ready_for_collection}
        | {M.cancelled, M.lost}
    ),
    M.returning: _ON_THE_WAY | {M.created, M.cancelled},
    M.returned: frozenset(set(M) - {M.returned}),
    M.cancelled: _BEFORE,
    M.lost: frozenset({M.created, M.picked_up, M.cancelled}),
}
"""Milestones a later event cannot set while the track stands at the key."""


def second_of(at: datetime) -> int:
    """The second a time is remembered under.

    Raises:
        OverflowError: before 2000 or after 2136.
    """
    second = floor(at.timestamp()) - _UNIX
    if not 0 <= second < 2**32:
        raise OverflowError("time out of range")
    return second


def time_of(second: int) -> datetime:
    """The time of a remembered second."""
    return EPOCH + timedelta(0, second)


class Walk(msgspec.Struct, array_like=True):
    """Takes events in order; its fields are all that a later event needs of the earlier ones."""

    version: int = WALK
    milestone: Milestone | None = None
    """None: nothing has been said yet."""
    detail: str = NONE
    since: int | None = None
    """When the milestone was reached."""
    refused_only: bool = False
    """It is returning because it was refused; nobody has sent it back yet."""
    attempted: bool = False
    """An attempt failed since it last went out."""
    left: bool = False
    """It has been at a hub or has left a place."""
    raised: str | None = None
    """The detail that raised the open problem."""
    raised_at: int = 0
    signed: bool = False
    signed_by: str | None = None
    """Personal data."""
    sign_kind: str | None = None
    first: int | None = None
    last: int | None = None
    picked_up: int | None = None
    out: int | None = None
    """The first time it went out."""
    delivered: int | None = None
    returned: int | None = None

    @property
    def problem(self) -> ProblemKind | None:
        """What is wrong now."""
        return details()[self.raised].problem if self.raised is not None else None

    def take(self, second: int, detail: Detail, text: str) -> None:
        """Account for one event, not earlier than those before."""
        if self.first is None:
            self.first = second
        self.last = second
        if detail.code == NONE:
            return
        if detail.milestone is M.picked_up and self.picked_up is None:
            self.picked_up = second
        target = self._target(second, detail, text)
        if target is None:
            self._remark(second, detail)
        elif self._may_move(second, detail, target, text):
            self._move(second, detail, target, text)
            self._note_problem(second, detail, target)
        elif detail.problem and detail.problem.kind == "damaged":
            self._note_problem(second, detail, None)

    def _remark(self, second: int, detail: Detail) -> None:
        """A scan that says what is wrong and not where the parcel is."""
        over = self.milestone in {M.delivered, M.returned, M.cancelled}
        if over and detail.code != "damaged":
            return
        if not over:
            self.detail = detail.code
            self.attempted = self.attempted or self.milestone is M.out_for_delivery
        self._note_problem(second, detail, None)

    def _target(self, second: int, detail: Detail, text: str) -> Milestone | None:
        """What the event says, in the light of where the parcel is."""
        target = detail.milestone
        if target is M.arriving and self.picked_up is not None and not self.left:
            return M.in_transit
        if self.milestone is not M.returning or target is None:
            return target
        if self.refused_only:
            back = detail.code in _HUBS and self._elapsed(second) >= SETTLED
            return M.returning if back else target
        if target is M.delivered:
            return target if _RESUMED.search(text) else M.returned
        if target in {M.out_for_delivery, M.ready_for_collection}:
            return target if _RESUMED.search(text) else M.returning
        return M.returning if target in _ON_THE_WAY else target

    def _may_move(self, second: int, detail: Detail, target: Milestone, text: str) -> bool:
        now = self.milestone
        if now is None or target is now:
            return True
        if target in STAYS[now]:
            return False
        if now is M.delivered:
            return self._undoes_delivery(second, target, text)
        settled = self._elapsed(second) >= SETTLED
        if now is M.out_for_delivery and target in _ON_THE_WAY:
            return detail.code in _PLACES and (self.attempted or settled)
        if now is M.ready_for_collection and target is M.in_transit:
            return detail.code in _PLACES and settled
        if now is M.ready_for_collection and target is M.out_for_delivery:
            return settled or bool(_TAKEN_BACK.search(text))
        return True

    def _undoes_delivery(self, second: int, target: Milestone, text: str) -> bool:
        """A return or an explicit correction 重新派送, soon enough."""
        if self._elapsed(second) > CORRECTABLE:
            return False
        if target in {M.returning, M.returned}:
            return True
        return target is M.out_for_delivery and bool(_CORRECTION.search(text))

    def _elapsed(self, second: int) -> int:
        return second - self.since if self.since is not None else 0

    def _move(self, second: int, detail: Detail, target: Milestone, text: str) -> None:
        if target is M.returning:
            first = self.milestone is not M.returning
            only = detail.code == "refused" and not _SENT_BACK.search(text)
            self.refused_only = only and (first or self.refused_only)
        self.left = self.left or detail.code in _HUBS
        self.attempted = detail.problem is not None and target is M.out_for_delivery
        if target is M.delivered and self.milestone is M.delivered:
            self._sign(detail, text)
            return
        if target is not self.milestone or target is M.out_for_delivery:
            self.since = second
        if self.milestone is M.delivered:
            self.delivered = None
            self.signed, self.signed_by, self.sign_kind = False, None, None
        self.milestone = target
        self.detail = _named(detail, target)
        self._reach(target, second)
        if target is M.delivered:
            self._sign(detail, text)

    def _reach(self, target: Milestone, second: int) -> None:
        """Note the first time of the milestones whose times are shown."""
        if target is M.delivered:
            self.delivered = second if self.delivered is None else self.delivered
        elif target is M.out_for_delivery:
            self.out = second if self.out is None else self.out
        elif target is M.picked_up:
            self.picked_up = second if self.picked_up is None else self.picked_up
        elif target is M.returned:
            self.returned = second if self.returned is None else self.returned

    def _sign(self, detail: Detail, text: str) -> None:
        """Keep the first signature, or the first that says who signed."""
        if self.signed and (self.sign_kind is not None or self.signed_by is not None):
            return
        found = signature_of(text, detail.code)
        if not self.signed or found.kind is not None or found.by is not None:
            self.signed, self.signed_by, self.sign_kind = True, found.by, found.kind
            self.detail = detail.code

    def _note_problem(self, second: int, detail: Detail, moved: Milestone | None) -> None:
        """Open a problem, replace it by one that weighs as much, or close it."""
        raised, held = detail.problem, self.problem
        if raised is None:
            closers = {detail.code, moved.name} if moved is not None else set[str]()
            if held is not None and closers & held.closed_by:
                self.raised = None
        elif held is not None and raised.kind == held.kind:
            self.raised = detail.code
        elif held is None or raised.weight >= held.weight:
            self.raised, self.raised_at = detail.code, second


def _named(detail: Detail, target: Milestone) -> str:
    """The detail of the whole: a scan on the way back is return transit, whatever it says."""
    if target is M.returned:
        return "returned_to_sender"
    if target is M.returning and detail.milestone is not M.returning:
        return "in_return_transit"
    if target is M.in_transit and detail.milestone is M.arriving:
        return "arrived_at_hub"
    return detail.code
