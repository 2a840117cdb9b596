"""The simulated world's state: numbers given out, parcels on their way, and who listens.

Everything goes through the ledger first, so a world can be rebuilt from it (`restore`). No I/O
but the ledger; time comes from outside.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from yichuan.simulator import ledger as log
from yichuan.simulator.catalogue import courier as find_courier
from yichuan.simulator.config import Branch, NetworkConfig, Subscriber
from yichuan.simulator.faults import FaultRates
from yichuan.simulator.geo import find_city
from yichuan.simulator.history import Event, parcel_history
from yichuan.simulator.ledger import Key, Ledger
from yichuan.simulator.numbers import allot
from yichuan.simulator.routes import Place
from yichuan.simulator.things import (
    NewWaybill,
    Parcel,
    RefusedError,
    SubKey,
    Subscription,
    Waybill,
)

NO_TRACE = (timedelta(days=3), "三天无轨迹")
NO_CHANGE = (timedelta(days=7), "七天内无轨迹变化")
LEAST_LIMIT = timedelta(seconds=5)
"""However fast time runs, monitoring lasts at least this long (events are a second apart)."""


class World:
    """The state. Not thread-safe: one event loop owns it."""

    def __init__(self, config: NetworkConfig, ledger: Ledger) -> None:
        """An empty world of this configuration."""
        self.config = config
        self.ledger = ledger
        self.subscribers: dict[str, Subscriber] = {s.ebusiness_id: s for s in config.subscribers}
        self.branches: dict[Key, Branch] = {b.key: b for b in config.branches}
        self.balances: dict[Key, int | None] = {b.key: b.balance for b in config.branches}
        self.bought: dict[Key, int] = {b.key: b.balance or 0 for b in config.branches}
        self.waybills: dict[Key, Waybill] = {}
        self.orders: dict[tuple[str, str], Waybill] = {}
        self.pickups: dict[tuple[str, str], log.PickupBooked] = {}
        """By user and order code, also those that were cancelled."""
        self.pickups_cancelled: set[tuple[str, str]] = set()
        self.parcels: dict[Key, Parcel] = {}
        self.subscriptions: dict[SubKey, Subscription] = {}
        self.listeners: dict[Key, list[Subscription]] = {}
        self.dirty: dict[SubKey, None] = {}
        """Subscriptions with something to push, oldest first."""
        self.last_push_id = 0
        self.events_happened = 0
        self._heap: list[tuple[datetime, int, Key | SubKey]] = []
        self._counter = 0

    # -- waybills ------------------------------------------------------------------------------

    def accept(self, new: NewWaybill, now: datetime) -> Waybill:
        """Allot numbers for an order that is not known yet.

        Raises:
            RefusedError: the account's balance does not suffice.
        """
        balance = self.balances[new.branch.key]
        if balance is not None and balance < new.pieces:
            raise RefusedError("电子面单余量不足，请联系网点充值")
        numbers = self._allot(new)
        accepted = log.Accepted(
            at=now,
            ebusiness_id=new.ebusiness_id,
            order_code=new.order_code,
            courier=new.courier,
            number=numbers[0],
            account=new.branch.key[1],
            origin=_spot(new.origin),
            destination=_spot(new.destination),
            children=tuple(numbers[1:]),
            phone_tails=new.phone_tails,
            exp=new.exp,
            trans=new.trans,
        )
        subscribed = [
            log.Subscribed(now, new.ebusiness_id, new.courier, number, "102", new.order_code,
                           new.callback)
            for number in (numbers if new.subscribe else ())
        ]  # fmt: skip
        self.ledger.write(accepted, *subscribed)
        waybill = self._apply_accepted(accepted)
        for line in subscribed:
            self._apply_subscribed(line)
        return waybill

    def _allot(self, new: NewWaybill) -> list[str]:
        """Numbers nobody has, decided by the order and not by the moment."""
        numbers: list[str] = []
        for piece in range(new.pieces):
            attempt, key = 0, f"{new.ebusiness_id}/{new.order_code}/{piece}"
            number = allot(new.courier, self.config.seed, key)
            while self.known(new.courier, number) or number in numbers:
                attempt += 1
                number = allot(new.courier, self.config.seed, key, attempt)
            numbers.append(number)
        return numbers

    def known(self, courier: str, number: str) -> bool:
        """Whether a number was given out here or a parcel carries it."""
        return (courier, number) in self.waybills or (courier, number) in self.parcels

    def book_pickup(self, line: log.PickupBooked) -> None:
        """Have a courier come.

        Raises:
            RefusedError: the order code is used.
        """
        key = (line.ebusiness_id, line.order_code)
        if key in self.pickups:
            raise RefusedError("该订单已经存在，请勿重复操作")
        self.ledger.write(line)
        self.pickups[key] = line

    def cancel_pickup(self, line: log.PickupCancelled) -> None:
        """Tell it not to.

        Raises:
            RefusedError: there is no such booking, or it was cancelled before.
        """
        key = (line.ebusiness_id, line.order_code)
        if key not in self.pickups:
            raise RefusedError("订单不存在")
        if key in self.pickups_cancelled:
            raise RefusedError("订单已取消，请勿重复操作")
        self.ledger.write(line)
        self.pickups_cancelled.add(key)

    def cancel(self, waybill: Waybill, now: datetime) -> None:
        """Cancel before pickup; the numbers go back to the account.

        Raises:
            RefusedError: already cancelled, or the parcel has been handed over.
        """
        line = waybill.line
        if waybill.cancelled:
            raise RefusedError("该单号已取消，请勿重复操作")
        if any((line.courier, number) in self.parcels for number in waybill.numbers):
            raise RefusedError("快件已揽收，不能取消")
        cancelled = log.Cancelled(
            now, line.ebusiness_id, line.order_code, line.courier, line.number
        )
        self.ledger.write(cancelled)
        self._apply_cancelled(cancelled)

    def recharge(self, line: log.Recharged) -> None:
        """The branch sells more numbers to an account.

        Raises:
            RefusedError: no such prepaid account, or no positive count.
        """
        if self.balances.get((line.courier, line.account)) is None or line.count < 1:
            raise RefusedError("没有这个预付费电子面单账号，或数量不合法")
        self.ledger.write(line)
        self._apply_recharged(line)

    # -- movement ------------------------------------------------------------------------------

    def hand_over(
        self,
        courier: str,
        number: str,
        at: datetime,
        now: datetime,
        origin: Place | None = None,
        destination: Place | None = None,
    ) -> Parcel:
        """A merchant physically gives a parcel away, now or in the past.

        What lies in the past happens on the next `advance`; the rest runs at `time_scale`.

        Raises:
            RefusedError: handed over before, cancelled, or nobody knows from where to where.
            UnknownCourierError: no such courier.
        """
        find_courier(courier)
        key, waybill = (courier, number), self.waybills.get((courier, number))
        if key in self.parcels:
            raise RefusedError("该单号已交寄")
        if waybill is not None and waybill.cancelled:
            raise RefusedError("该单号已取消")
        origin = origin or (waybill.origin if waybill else None)
        destination = destination or (waybill.destination if waybill else None)
        if origin is None or destination is None:
            raise RefusedError("未知单号，请给出始发地和目的地 (from, to)")
        speed = 1.0
        if waybill is not None:
            speed = find_courier(courier).service(waybill.line.exp, waybill.line.trans).speed
        line = log.HandedOver(
            at=now,
            courier=courier,
            number=number,
            handed_over_at=at,
            origin=_spot(origin),
            destination=_spot(destination),
            time_scale=self.config.time_scale,
            speed=speed,
        )
        self.ledger.write(line)
        return self._put(line, self.config.faults)

    def _put(self, line: log.HandedOver, faults: FaultRates) -> Parcel:
        """The parcel of a hand-over, its way ahead of it."""
        make = partial(
            parcel_history,
            self.config.seed,
            line.courier,
            line.number,
            _place(line.origin),
            _place(line.destination),
            line.handed_over_at,
            faults,
            speed=line.speed,
            squeeze_after=max(line.handed_over_at, line.at),
            time_scale=line.time_scale,
        )
        key, parcel = (line.courier, line.number), Parcel(make)
        self.parcels[key] = parcel
        self._plan(parcel.next_due(), key)
        return parcel

    def _plan(self, due: datetime | None, key: Key | SubKey) -> None:
        if due is not None:
            self._counter += 1
            heapq.heappush(self._heap, (due, self._counter, key))

    def next_due(self) -> datetime | None:
        """When `advance` has something to do again."""
        return self._heap[0][0] if self._heap else None

    def advance(self, now: datetime, most: int = 500) -> bool:
        """Let happen what is due, up to `most` parcels and subscriptions.

        Returns:
            Whether something is still due.
        """
        lines: list[log.Line] = []
        for _ in range(most):
            if not self._heap or self._heap[0][0] > now:
                break
            _, _, key = heapq.heappop(self._heap)
            if len(key) == 2:
                lines.extend(self._move(key, now))
            else:
                lines.extend(self._watch(self.subscriptions[key], now))
        self.ledger.write_all(lines)
        return bool(self._heap) and self._heap[0][0] <= now

    def _move(self, key: Key, now: datetime) -> list[log.Line]:
        """All due events and alerts of one parcel."""
        parcel, lines = self.parcels[key], list[log.Line]()
        while (due := parcel.next_due()) is not None and due <= now:
            events = parcel.history.events
            if parcel.happened < parcel.total and events[parcel.happened].at == due:
                lines.append(_happened(key, parcel.happened, events[parcel.happened]))
                parcel.happened, parcel.alert = parcel.happened + 1, ""
                self.events_happened += 1
            else:
                parcel.alert = parcel.history.alerts[parcel.alerts].code
                lines.append(log.Alerted(due, *key, parcel.alert))
                parcel.alerts += 1
        if lines:
            self._mark(key)
        self._plan(due, key)
        return lines

    def _mark(self, key: Key) -> None:
        for subscription in self.listeners.get(key, ()):
            if subscription.active:
                self.dirty[subscription.key] = None

    # -- listening -----------------------------------------------------------------------------

    def subscribe(self, line: log.Subscribed) -> Subscription:
        """Listen to a number from now on; what has happened so far is pushed at once."""
        self.ledger.write(line)
        subscription = self._apply_subscribed(line)
        parcel = self.parcels.get((line.courier, line.number))
        if parcel is not None and parcel.happened:
            self.dirty[subscription.key] = None
        return subscription

    def _watch(self, subscription: Subscription, now: datetime) -> list[log.Line]:
        """End monitoring when nothing came for too long; else look again when that may be."""
        parcel = self.parcels.get((subscription.courier, subscription.number))
        if not subscription.active or (parcel is not None and parcel.finished):
            return []
        last, (limit, reason) = subscription.since, NO_TRACE
        if parcel is not None and parcel.happened:
            last = max(last, parcel.history.events[parcel.happened - 1].at)
            limit, reason = NO_CHANGE
        due = last + self._scaled(limit)
        if due > now:
            self._plan(due, subscription.key)
            return []
        subscription.active, subscription.failure = False, reason
        self.dirty[subscription.key] = None
        return [log.Expired(now, *subscription.key, reason)]

    def heard(self, subscription: Subscription, count: int) -> None:
        """A subscriber has acknowledged the first `count` events of its parcel."""
        subscription.in_flight = False
        subscription.acknowledged = max(subscription.acknowledged, count)

    def release(self, key: Key) -> None:
        """Let go of a parcel's history when it is finished and everybody knows."""
        parcel = self.parcels.get(key)
        if parcel is not None and parcel.finished and not self._awaited(key):
            parcel.forget()

    def _awaited(self, key: Key) -> bool:
        """Whether something about this number is still to be pushed."""
        return any(
            one.in_flight or one.held or one.key in self.dirty for one in self.listeners[key]
        )

    def _scaled(self, limit: timedelta) -> timedelta:
        return max(limit / self.config.time_scale, LEAST_LIMIT)

    # -- from the ledger -----------------------------------------------------------------------

    def restore(self, lines: Iterable[log.AnyLine]) -> None:
        """Rebuild this (empty) world from its ledger.

        Raises:
            RefusedError: the ledger belongs to another seed.
        """
        pushes: dict[int, log.PushSent] = {}
        faults = self.config.faults
        for line in lines:
            match line:
                case log.Opened() if line.seed != self.config.seed:
                    raise RefusedError(f"the ledger was written with seed {line.seed}")
                case log.Opened():
                    faults = line.faults
                case log.Accepted():
                    self._apply_accepted(line)
                case log.Cancelled():
                    self._apply_cancelled(line)
                case log.PickupBooked():
                    self.pickups[line.ebusiness_id, line.order_code] = line
                case log.PickupCancelled():
                    self.pickups_cancelled.add((line.ebusiness_id, line.order_code))
                case log.Recharged():
                    self._apply_recharged(line)
                case log.Subscribed():
                    self._apply_subscribed(line)
                case log.HandedOver():
                    self._put(line, faults)
                case log.Happened() | log.Alerted():
                    self._apply_passed(line)
                case log.Expired():
                    self._apply_expired(line)
                case log.PushSent():
                    pushes[line.push_id] = line
                    self.last_push_id = max(self.last_push_id, line.push_id)
                case log.PushResult() if line.acknowledged and line.push_id in pushes:
                    self._apply_acknowledged(pushes[line.push_id])
        self._heap.clear()
        for key, parcel in self.parcels.items():
            self._plan(parcel.next_due(), key)
            if parcel.finished:
                parcel.forget()
        for subscription in self.subscriptions.values():
            self._plan(subscription.since, subscription.key)
            parcel_now = self.parcels.get((subscription.courier, subscription.number))
            behind = parcel_now is not None and parcel_now.happened > subscription.acknowledged
            if behind and subscription.active:
                self.dirty[subscription.key] = None

    def _apply_accepted(self, line: log.Accepted) -> Waybill:
        waybill = Waybill(line, _place(line.origin), _place(line.destination))
        for number in waybill.numbers:
            self.waybills[line.courier, number] = waybill
        self.orders[line.ebusiness_id, line.order_code] = waybill
        self._add_balance((line.courier, line.account), -len(waybill.numbers))
        return waybill

    def _apply_cancelled(self, line: log.Cancelled) -> None:
        waybill = self.orders[line.ebusiness_id, line.order_code]
        waybill.cancelled = True
        self._add_balance((line.courier, waybill.line.account), len(waybill.numbers))

    def _apply_recharged(self, line: log.Recharged) -> None:
        self._add_balance((line.courier, line.account), line.count)
        self.bought[line.courier, line.account] += line.count

    def _add_balance(self, key: Key, count: int) -> None:
        balance = self.balances.get(key)
        if balance is not None:
            self.balances[key] = balance + count

    def _apply_subscribed(self, line: log.Subscribed) -> Subscription:
        key = (line.ebusiness_id, line.courier, line.number)
        old = self.subscriptions.get(key)
        new = Subscription(
            *key, line.request_type, line.order_code, line.callback, since=line.at,
            in_flight=old.in_flight if old else False,
        )  # fmt: skip
        heard = self.listeners.setdefault((line.courier, line.number), [])
        heard[:] = [one for one in heard if one.key != key] + [new]
        self.subscriptions[key] = new
        self.dirty.pop(key, None)
        self._plan(line.at + self._scaled(NO_TRACE[0]), key)
        return new

    def _apply_passed(self, line: log.Happened | log.Alerted) -> None:
        parcel = self.parcels[line.courier, line.number]
        if isinstance(line, log.Happened):
            parcel.happened, parcel.alert = line.index + 1, ""
            self.events_happened += 1
        else:
            parcel.alerts, parcel.alert = parcel.alerts + 1, line.code

    def _apply_expired(self, line: log.Expired) -> None:
        subscription = self.subscriptions[line.ebusiness_id, line.courier, line.number]
        subscription.active, subscription.failure = False, line.reason
        self.dirty[subscription.key] = None

    def _apply_acknowledged(self, push: log.PushSent) -> None:
        if push.fault in log.UNTRUE:
            return
        for record in push.records:
            key = (push.ebusiness_id, record.courier, record.number)
            subscription = self.subscriptions[key]
            longest = max(record.events, default=-1) + 1
            subscription.acknowledged = max(subscription.acknowledged, longest)
            if record.failure:
                self.dirty.pop(key, None)


def _spot(place: Place) -> log.Spot:
    return log.Spot(place.city.adcode, place.area)


def _place(spot: log.Spot) -> Place:
    return Place(find_city(spot.adcode), spot.area)


def _happened(key: Key, index: int, event: Event) -> log.Happened:
    return log.Happened(
        event.at, *key, index, event.kind, event.code, event.text, event.city, event.wire_time,
        event.odd,
    )  # fmt: skip
