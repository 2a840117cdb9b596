"""Pushing: gathers what has changed, sends it as its subscriber's protocol has it (KDNiao 101/102,
or a courier's own), and does not give up.

The order per parcel is kept (no newer push while an older one is unanswered) except where the
configured faults break it on purpose.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import httpx
import msgspec

from yichuan.simulator import ledger as log
from yichuan.simulator.protocols import PROTOCOLS
from yichuan.simulator.protocols.protocol import Message, Protocol, Told
from yichuan.simulator.things import Subscription
from yichuan.simulator.wire import FORM_TYPE, failure_record, push_record, signed_push
from yichuan.simulator.world import World

GARBAGE = (
    b"",
    b"\xff\xfe\x00\x01\x02garbage\x00",
    b"RequestData=%7B%22EBusinessID%22%3A&RequestType=102&DataSign=",
    b"<xml><Traces/></xml>",
    b"[" * 64,
)
IDLE_SECONDS = 1.0
FORM = {"Content-Type": FORM_TYPE}


@dataclass(slots=True)
class Push:
    """One push, sent until it is acknowledged."""

    line: log.PushSent
    url: str
    messages: Sequence[Message]
    repeat: tuple[log.Sent, ...] = ()
    """Records to be sent once more afterwards (fault `duplicate`)."""
    attempt: int = 0
    once: bool = False
    """Sent one time whatever the answer."""


@dataclass(slots=True)
class PushStats:
    """Counters since the start."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    untrue_acknowledged: int = 0
    """Wrong signatures and garbage that were acknowledged: an error of the receiver."""


class Pusher:
    """Owns the way from the world's `dirty` set to the subscribers' URLs."""

    def __init__(
        self, world: World, client: httpx.AsyncClient, clock: Callable[[], datetime]
    ) -> None:
        """Push what `world` has to say with `client`; `clock` gives aware times."""
        self.stats = PushStats()
        self.wake = asyncio.Event()
        self._world, self._client, self._clock = world, client, clock
        self._config = world.config
        self._ready: deque[Push] = deque()
        self._retries: list[tuple[datetime, int, Push]] = []
        self._sending = 0
        self._slots = asyncio.Semaphore(world.config.concurrency)

    @property
    def waiting(self) -> int:
        """Pushes made and not yet acknowledged."""
        return len(self._ready) + len(self._retries) + self._sending

    # -- gathering -----------------------------------------------------------------------------

    def gather(self) -> None:
        """Turn what is dirty into pushes of at most `batch_size` records."""
        batches: dict[tuple[str, str], list[Subscription]] = {}
        for key in list(self._world.dirty):
            subscription = self._world.subscriptions[key]
            if subscription.in_flight or not self._url(subscription.ebusiness_id):
                continue
            del self._world.dirty[key]
            if subscription.failure and self._protocol(subscription.ebusiness_id):
                continue  # giving up a number is the aggregator's habit
            if not self._hold_back(subscription):
                kind = (subscription.ebusiness_id, subscription.request_type)
                batches.setdefault(kind, []).append(subscription)
        for (ebusiness_id, request_type), members in batches.items():
            for start in range(0, len(members), self._config.batch_size):
                chunk = members[start : start + self._config.batch_size]
                self._make(ebusiness_id, request_type, chunk)

    def _url(self, ebusiness_id: str) -> str:
        subscriber = self._world.subscribers.get(ebusiness_id)
        return subscriber.push_url if subscriber else ""

    def _protocol(self, ebusiness_id: str) -> Protocol | None:
        """The courier's own protocol of a subscriber; None: KDNiao's."""
        return PROTOCOLS.get(self._world.subscribers[ebusiness_id].protocol)

    def _stream(self, subscription: Subscription, count: int, what: str) -> Random:
        key = "/".join(subscription.key)
        return Random(f"{self._config.seed}/{what}/{key}/{count}")

    def _hold_back(self, subscription: Subscription) -> bool:
        """Fault: keep this state of the parcel back until a newer one has been pushed."""
        parcel = self._world.parcels.get((subscription.courier, subscription.number))
        rate = self._config.faults.out_of_order_push
        if parcel is None or subscription.failure or rate == 0:
            return False
        count = parcel.happened
        if count == parcel.total or count in subscription.held:
            return False
        if self._stream(subscription, count, "hold").random() >= rate:
            return False
        subscription.held.append(count)
        return True

    def _record(self, subscription: Subscription) -> log.Sent:
        """What a push of this subscription would say now."""
        parcel = self._world.parcels.get((subscription.courier, subscription.number))
        count = 0 if parcel is None or subscription.failure else parcel.happened
        return log.Sent(
            courier=subscription.courier,
            number=subscription.number,
            events=tuple(range(count)),
            alert=parcel.alert if parcel and count else "",
            failure=subscription.failure,
        )

    def _make(self, ebusiness_id: str, request_type: str, members: Sequence[Subscription]) -> None:
        records = tuple(self._record(one) for one in members)
        faults, repeat = self._config.faults, list[log.Sent]()
        for one, record in zip(members, records, strict=True):
            one.in_flight = True
            roll = self._stream(one, len(record.events), "duplicate").random()
            if roll < faults.duplicate_push:
                repeat.append(record)
        rng = self._stream(members[0], len(records[0].events), "spoil")
        protocol = self._protocol(ebusiness_id)
        signed = protocol is None or protocol.signed
        if rng.random() < faults.wrong_signature and signed:
            self._enqueue(ebusiness_id, request_type, records, fault="wrong_signature")
        if rng.random() < faults.garbage_body:
            garbage = rng.choice(GARBAGE)
            self._enqueue(ebusiness_id, request_type, (), fault="garbage_body", body=garbage)
        self._enqueue(ebusiness_id, request_type, records, repeat=tuple(repeat))

    def _enqueue(
        self,
        ebusiness_id: str,
        request_type: str,
        records: tuple[log.Sent, ...],
        *,
        fault: str = "",
        body: bytes | None = None,
        repeat: tuple[log.Sent, ...] = (),
    ) -> None:
        now = self._clock()
        self._world.last_push_id += 1
        line = log.PushSent(
            now, self._world.last_push_id, ebusiness_id, request_type, records, fault
        )
        if body is None:
            messages = self._messages(line, spoil=fault == "wrong_signature")
        else:
            messages = (Message(body, FORM),)
        once = fault in log.UNTRUE
        self._ready.append(Push(line, self._url(ebusiness_id), messages, repeat, once=once))

    def _messages(self, line: log.PushSent, *, spoil: bool) -> Sequence[Message]:
        subscriber = self._world.subscribers[line.ebusiness_id]
        protocol = PROTOCOLS.get(subscriber.protocol)
        if protocol is not None:
            key = subscriber.app_key + ("-" if spoil else "")
            told = [self._told(line, record, spoil=spoil) for record in line.records]
            return protocol.push(replace(subscriber, app_key=key), told, line.at)
        records = [self._wire_record(line, record) for record in line.records]
        body = signed_push(
            line.ebusiness_id, subscriber.app_key, line.request_type, records, line.at, spoil=spoil
        )
        return (Message(body, FORM),)

    def _told(self, line: log.PushSent, record: log.Sent, *, spoil: bool) -> Told:
        """Couriers themselves tell only what is new; all of it again where nothing is."""
        subscription, count = self._subscription(line, record), len(record.events)
        first = subscription.acknowledged if subscription.acknowledged < count else 0
        history = self._world.parcels[record.courier, record.number].history.events[:count]
        return Told(
            number=record.number,
            order_code=subscription.order_code,
            events=history[first:],
            first=first,
            courier=record.courier,
            history=history,
            callback=subscription.callback + ("-" if spoil else ""),
        )

    def _wire_record(self, line: log.PushSent, record: log.Sent) -> Mapping[str, object]:
        subscription = self._subscription(line, record)
        if record.failure:
            return failure_record(
                *subscription.key, subscription.order_code, subscription.callback, record.failure
            )
        return push_record(
            self._world.parcels[record.courier, record.number].history,
            len(record.events),
            ebusiness_id=line.ebusiness_id,
            request_type=line.request_type,
            order_code=subscription.order_code,
            callback=subscription.callback,
            alert=record.alert,
        )

    # -- sending -------------------------------------------------------------------------------

    async def _send(self, push: Push) -> None:
        """One attempt, with its ledger lines before and after."""
        push.attempt += 1
        push.url = self._url(push.line.ebusiness_id) or push.url
        if push.attempt == 1:
            self._world.ledger.write(push.line)
        acknowledged, status, note = await self._post(push)
        self._world.ledger.write(
            log.PushResult(
                self._clock(), push.line.push_id, push.attempt, acknowledged, status, note
            )
        )
        self.stats.sent += 1
        if push.once:
            self.stats.untrue_acknowledged += acknowledged
        elif acknowledged:
            self.stats.acknowledged += 1
            self._acknowledged(push)
        else:
            self.stats.refused += 1
            self._retry(push)

    async def _post(self, push: Push) -> tuple[bool, int, str]:
        """Whether the protocol's acknowledgement came back, HTTP status, and a note."""
        said = (False, 0, "nothing to say")
        protocol = self._protocol(push.line.ebusiness_id)
        for message in push.messages:
            said = await self._post_one(push.url, message, protocol)
            if not said[0]:
                break
        return said

    async def _post_one(
        self, url: str, message: Message, protocol: Protocol | None
    ) -> tuple[bool, int, str]:
        try:
            answer = await self._client.post(url, content=message.body, headers=message.headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return False, 0, type(error).__name__
        if answer.status_code != httpx.codes.OK:
            return False, answer.status_code, answer.text[:200]
        if protocol is not None:
            good = protocol.heard(answer.content)
            return good, answer.status_code, "" if good else answer.text[:200]
        try:
            said = msgspec.json.decode(answer.content, type=dict[str, object])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False, answer.status_code, "no JSON object"
        success = said.get("Success")
        good = success is True or str(success).lower() == "true"
        return good, answer.status_code, "" if good else str(said.get("Reason", ""))[:200]

    def _retry(self, push: Push) -> None:
        wait = min(self._config.retry_first * 2 ** (push.attempt - 1), self._config.retry_most)
        due = self._clock() + timedelta(seconds=wait)
        heapq.heappush(self._retries, (due, push.line.push_id, push))

    def _acknowledged(self, push: Push) -> None:
        line = push.line
        for record in () if line.fault else line.records:
            subscription = self._subscription(line, record)
            self._send_held(subscription, len(record.events))
            self._world.heard(subscription, len(record.events))
        if push.repeat:
            self._enqueue(line.ebusiness_id, line.request_type, push.repeat, fault="duplicate")
        for record in line.records:
            self._world.release((record.courier, record.number))

    def _subscription(self, line: log.PushSent, record: log.Sent) -> Subscription:
        return self._world.subscriptions[line.ebusiness_id, record.courier, record.number]

    def _send_held(self, subscription: Subscription, count: int) -> None:
        """Now that a newer state is known there, send the older ones that were kept back."""
        for old in [held for held in subscription.held if held < count]:
            subscription.held.remove(old)
            record = log.Sent(subscription.courier, subscription.number, tuple(range(old)))
            self._enqueue(
                subscription.ebusiness_id,
                subscription.request_type,
                (record,),
                fault="out_of_order",
            )

    # -- running -------------------------------------------------------------------------------

    def _release_retries(self) -> None:
        now = self._clock()
        while self._retries and self._retries[0][0] <= now:
            self._ready.append(heapq.heappop(self._retries)[2])

    async def _send_in_slot(self, push: Push) -> None:
        try:
            await self._send(push)
        finally:
            self._sending -= 1
            self._slots.release()
            self.wake.set()

    async def step(self) -> None:
        """Let happen what is due now and push until nothing is left but waiting retries."""
        while self._world.advance(self._clock()):
            await asyncio.sleep(0)
        self._release_retries()
        self.gather()
        while self._ready:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(len(self._ready), self._config.concurrency)):
                    group.create_task(self._send(self._ready.popleft()))
            self.gather()

    async def run(self) -> None:
        """Do so for ever, gathering over the batch window."""
        async with asyncio.TaskGroup() as group:
            while True:
                self.wake.clear()
                more = self._world.advance(self._clock())
                self._release_retries()
                if self._world.dirty:
                    await asyncio.sleep(self._config.batch_window)
                    self.gather()
                while self._ready:
                    await self._slots.acquire()
                    self._sending += 1
                    group.create_task(self._send_in_slot(self._ready.popleft()))
                await self._rest(0 if more else self._idle())

    def _idle(self) -> float:
        """Seconds until something is due, at most `IDLE_SECONDS`."""
        due = [t for t in (self._world.next_due(),) if t is not None]
        due += [self._retries[0][0]] if self._retries else []
        now = self._clock()
        return min([IDLE_SECONDS, *((t - now) / timedelta(seconds=1) for t in due)])

    async def _rest(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        try:
            await asyncio.wait_for(self.wake.wait(), seconds)
        except TimeoutError:
            return
