"""Consumers of the log see every entry once, whatever commits late or fails.

If these break, a parcel is signed for and nobody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from sqlalchemy import text

from tracking.parcels import FORM, make_line, push, record, trace
from yichuan.core import bell, consumers, loops, pressure
from yichuan.core.clock import now
from yichuan.core.consumers import Consumer, behind, drain, register, step
from yichuan.core.context import Context
from yichuan.core.database import SystemSession
from yichuan.core.log import Entry, append
from yichuan.core.loops import Loop
from yichuan.tracking import jobs


class Reader:
    """A consumer that remembers what it was given; it fails while `broken`."""

    def __init__(self, name: str, batch: int = 1000) -> None:
        self.seen: list[str] = []
        self.broken = False
        self.consumer = Consumer(name, "track", self.handle, batch)

    async def handle(self, session: SystemSession, entries: Sequence[Entry]) -> None:
        if self.broken:
            raise LookupError("does not understand")
        self.seen += [entry.number or "" for entry in entries]


def entry(number: str) -> Entry:
    return Entry(topic="track", kind="progress", courier="ZTO", number=number, cycle=1)


async def write(context: Context, numbers: Sequence[str], pause: float = 0.0) -> None:
    async with context.database.system() as session:
        for number in numbers:
            await append(session, [entry(number)])
            await asyncio.sleep(pause)


async def last_error(context: Context, name: str) -> str:
    async with context.database.system() as session:
        query = text("SELECT last_error FROM consumer_cursors WHERE name = :n AND failures > 0")
        return str(await session.scalar(query, {"n": name}))


async def test_an_entry_that_commits_late_is_not_missed(context: Context) -> None:
    reader = Reader("late")
    await register(context.database, [reader.consumer])
    async with context.database.system() as slow:
        await append(slow, [entry("slow")])
        await write(context, ["quick"])
        await step(context.database, reader.consumer)
        assert reader.seen == []  # `quick` waits: `slow` is older and may still commit
    await drain(context.database, [reader.consumer])
    assert reader.seen == ["slow", "quick"]


async def test_entries_hidden_by_an_open_transaction_are_known_to_be_there(
    context: Context,
) -> None:
    """The demonstration waits for them: else it opens a problem for each parcel it did not see."""
    reader = Reader("hidden")
    await drain(context.database, [reader.consumer])
    async with context.database.system() as session:
        await session.execute(text("SELECT pg_current_xact_id()"))
        await write(context, ["A"])
        assert await step(context.database, reader.consumer) == 0
        assert await behind(context.database, reader.consumer)
    assert await step(context.database, reader.consumer) == 1
    assert not await behind(context.database, reader.consumer)


async def test_a_transaction_that_rolls_back_holds_nobody_up(context: Context) -> None:
    reader = Reader("rolled back")
    await drain(context.database, [reader.consumer])
    reader.seen.clear()

    async def fail() -> None:
        async with context.database.system() as session:
            await append(session, [entry("never")])
            await write(context, ["after"])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    await drain(context.database, [reader.consumer])
    assert reader.seen == ["after"]


async def test_many_writers_with_odd_pauses(context: Context) -> None:
    """Readers run all the while, in small batches; each sees each entry exactly once."""
    rng = Random(7)
    readers = [Reader("small", 3), Reader("big")]
    await drain(context.database, [reader.consumer for reader in readers])
    for reader in readers:
        reader.seen.clear()
    following = [
        asyncio.create_task(consumers.run(context.database, reader.consumer)) for reader in readers
    ]
    names = [[f"w{n}-{k}" for k in range(rng.randint(1, 5))] for n in range(40)]
    slots = asyncio.Semaphore(3)

    async def one(numbers: list[str], pause: float) -> None:
        async with slots:
            await write(context, numbers, pause)

    await asyncio.gather(*(one(numbers, rng.random() / 50) for numbers in names))
    expected = sorted(name for numbers in names for name in numbers)
    async with asyncio.timeout(20):
        while any(len(reader.seen) < len(expected) for reader in readers):
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)  # a repeat would come now
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    for reader in readers:
        assert sorted(reader.seen) == expected


async def test_a_failing_consumer_stops_neither_tracking_nor_the_others(
    context: Context, nobody: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "FIRST_PAUSE", 0.01)
    good, bad = Reader("good"), Reader("bad")
    await drain(context.database, [good.consumer, bad.consumer])
    good.seen.clear()
    bad.seen.clear()
    bad.broken = True
    line = await make_line(context)
    running = asyncio.create_task(
        loops.run_all(
            (
                Loop("bad", partial(consumers.run, context.database, bad.consumer)),
                Loop("good", partial(consumers.run, context.database, good.consumer)),
                Loop("merge", partial(jobs.merge_loop, context)),
            )
        )
    )
    for n in range(20):
        body = push(record(f"97000000{n:04}", [trace(now(), "已揽收", "1")]))
        answer = await nobody.post(line.path, content=body, headers=FORM)  # type: ignore[attr-defined]
        assert answer.status_code == 200
    expected = [f"97000000{n:04}" for n in range(20)]
    async with asyncio.timeout(20):
        while sorted(good.seen) != expected:
            await asyncio.sleep(0.02)
    assert bad.seen == []
    async with asyncio.timeout(20):
        while "does not understand" not in await last_error(context, "bad"):
            await asyncio.sleep(0.02)
    bad.broken = False
    async with asyncio.timeout(20):
        while sorted(bad.seen) != expected:
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_cares_about_some_entries_passes_over_the_others(context: Context) -> None:
    """Also where a whole batch of others lies in between, and where they are last."""
    reader = Reader("choosy", batch=3)
    reader.consumer = replace(reader.consumer, only="number LIKE 'yes%'")
    await drain(context.database, [reader.consumer])
    reader.seen.clear()
    await write(context, ["yes-1", *(f"no-{n}" for n in range(7)), "yes-2", "no-7"])
    await drain(context.database, [reader.consumer])
    assert reader.seen == ["yes-1", "yes-2"]
    assert not await behind(context.database, reader.consumer)


async def test_two_workers_never_handle_the_same_entry(context: Context) -> None:
    """The second one that comes at the same moment has nothing to do."""
    reader = Reader("twice")
    await drain(context.database, [reader.consumer])
    reader.seen.clear()
    came, go_on = asyncio.Event(), asyncio.Event()
    handle = reader.consumer.handle

    async def slow(session: SystemSession, entries: Sequence[Entry]) -> None:
        came.set()
        await go_on.wait()
        await handle(session, entries)

    await write(context, ["once"])
    slowly = replace(reader.consumer, handle=slow)
    first = asyncio.create_task(step(context.database, slowly))
    await came.wait()
    assert await step(context.database, reader.consumer) == 0
    go_on.set()
    assert await first == 1
    assert await step(context.database, reader.consumer) == 0
    assert reader.seen == ["once"]


async def test_the_bell_is_heard_in_every_process(context: Context) -> None:
    """It goes through the database: what one connection rings, a listener of another hears."""
    listening = asyncio.create_task(bell.listen(context.database))
    try:
        async with asyncio.timeout(20):
            heard = False
            while not heard:  # the listener may not have begun
                before = bell.rung("track")
                async with context.database.hot_system.connection() as connection:
                    await bell.ring(connection, "track")
                heard = await bell.heard("track", before, 0.2)
        assert not await bell.heard("figures", bell.rung("figures"), 0.0)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_who_can_wait_steps_aside_in_a_flood_but_not_for_ever(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who shows people where their parcels are goes on; the others follow when it is over, or when
    they have waited long enough."""
    monkeypatch.setattr(pressure, "is_high", lambda: True)
    eager, patient = Reader("eager"), Reader("patient")
    patient.consumer = replace(patient.consumer, patient=True)
    await register(context.database, [eager.consumer, patient.consumer])
    both = [
        asyncio.create_task(consumers.run(context.database, one.consumer))
        for one in (eager, patient)
    ]
    try:
        await write(context, ["flood-1"])
        async with asyncio.timeout(20):
            while "flood-1" not in eager.seen:
                await asyncio.sleep(0.02)
        assert patient.seen == []
        monkeypatch.setattr(consumers, "PATIENCE", 0.0)
        async with asyncio.timeout(20):
            while "flood-1" not in patient.seen:
                await asyncio.sleep(0.02)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    assert patient.seen.count("flood-1") == 1


async def test_in_a_long_flood_who_can_wait_works_one_after_the_other(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a dozen of them at once would keep people from seeing where their parcels are."""
    for name, value in {"PATIENCE": 0.0, "GATHER_SECONDS": 0.01, "TURN_REST": 0.1}.items():
        monkeypatch.setattr(consumers, name, value)
    monkeypatch.setattr(pressure, "is_high", lambda: True)
    at_work: list[str] = []
    most = 0

    class Slow(Reader):
        async def handle(self, session: SystemSession, entries: Sequence[Entry]) -> None:
            nonlocal most
            at_work.append(self.consumer.name)
            most = max(most, len(at_work))
            await asyncio.sleep(0.02)
            await super().handle(session, entries)
            at_work.remove(self.consumer.name)

    readers = [Slow(f"turn-{n}", batch=2) for n in range(3)]
    for reader in readers:
        reader.consumer = replace(reader.consumer, patient=True)
    await drain(context.database, [reader.consumer for reader in readers])
    numbers = [f"turn-{n}" for n in range(6)]
    for number in numbers:
        await write(context, [number])
    most = 0
    running = [
        asyncio.create_task(consumers.run(context.database, reader.consumer)) for reader in readers
    ]
    async with asyncio.timeout(20):
        while any(reader.seen[-6:] != numbers for reader in readers):
            await asyncio.sleep(0.02)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert most == 1
