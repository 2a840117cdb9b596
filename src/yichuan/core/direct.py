"""Few round trips: what the hottest acts ask and write leaves together, without the mapper.

An empty transaction of the mapper costs the web process as much as twenty pipelined statements.
Here every question of one moment is sent at once, and writes wait for the next question or for
the commit, which they share. Policies and scope are the same: the scope is the first statement of
the transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, overload

from psycopg.rows import TupleRow

from yichuan.core.database import (
    Connection,
    Database,
    Merchants,
    ReadSession,
    WriteSession,
    raw_connection,
    visibility,
)
from yichuan.core.trip import Call, Insert, Values, trip

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")

Write: TypeAlias = tuple[str, Sequence[Values]]
"""A statement and the values of each of its runs."""
Trip: TypeAlias = Callable[[Connection, Sequence[Call]], Awaitable[list[list[TupleRow]]]]

_SCOPE = "SELECT set_config('yichuan.scope', %s, true)"


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """A question of a room: its SQL, and how its rows are read."""

    sql: str
    values: Values
    read: Callable[[Sequence[TupleRow]], T]


class Direct:
    """A transaction on plain psycopg. `merchants`: whose rows it sees; None: all."""

    def __init__(
        self,
        connection: Connection,
        merchants: Merchants,
        opening: Sequence[Write] = (),
        *,
        every_trip: bool = False,
        by: Trip = trip,
    ) -> None:
        """`opening` goes before the first statement; with `every_trip` before each question."""
        self.merchants = merchants
        self._connection = connection
        self._opening = opening
        self._every_trip = every_trip
        self._trip = by
        self._waiting: list[Write] = []
        self._opened = False

    @property
    def scope(self) -> list[Any] | None:
        """`merchants` as an SQL parameter: `%(scope)s::uuid[] IS NULL OR merchant_id = ANY(…)`."""
        return None if self.merchants is None else list(self.merchants)

    def write(self, *writes: Write) -> None:
        """Send these with the next question or the commit, in the order given."""
        self._waiting += [write for write in writes if write[1]]

    @overload
    async def ask(self, one: Ask[A], /) -> tuple[A]: ...
    @overload
    async def ask(self, one: Ask[A], two: Ask[B], /) -> tuple[A, B]: ...
    @overload
    async def ask(self, one: Ask[A], two: Ask[B], three: Ask[C], /) -> tuple[A, B, C]: ...
    @overload
    async def ask(
        self, one: Ask[A], two: Ask[B], three: Ask[C], four: Ask[D], /
    ) -> tuple[A, B, C, D]: ...
    @overload
    async def ask(
        self, one: Ask[A], two: Ask[B], three: Ask[C], four: Ask[D], five: Ask[E], /
    ) -> tuple[A, B, C, D, E]: ...
    @overload
    async def ask(
        self,
        one: Ask[A],
        two: Ask[B],
        three: Ask[C],
        four: Ask[D],
        five: Ask[E],
        six: Ask[F],
        /,
    ) -> tuple[A, B, C, D, E, F]: ...
    async def ask(self, *asks: Ask[Any]) -> tuple[Any, ...]:
        """Ask in one round trip, after what waits to be written.

        Raises:
            psycopg.Error: what the database refuses; the transaction is over.
        """
        calls = self._leaving()
        calls += [(one.sql, one.values) for one in asks]
        rows = await self._trip(self._connection, calls)
        answers = rows[len(rows) - len(asks) :]
        return tuple(one.read(found) for one, found in zip(asks, answers, strict=True))

    async def ask_last(self, one: Ask[A]) -> A:
        """Ask after what waits to be written, and commit, all in one round trip.

        Raises:
            psycopg.Error: what the database refuses; nothing of the transaction is kept.
        """
        calls = [*self._leaving(), (one.sql, one.values), _COMMIT_CALL]
        rows = await self._trip(self._connection, calls)
        self._opened = False
        return one.read(rows[-2])

    async def flush(self, *, commit: bool = False) -> None:
        """Write what waits, and commit with it.

        Raises:
            psycopg.Error: what the database refuses; nothing of the transaction is kept.
        """
        if commit and (self._opened or self._waiting):
            self._waiting.append(_COMMIT)
        if self._waiting:
            await self._trip(self._connection, self._leaving())

    def _leaving(self) -> list[Call]:
        """What waits, and what opens the transaction."""
        leaving = self._waiting
        if not self._opened or self._every_trip:
            leaving = [*self._opening, *leaving]
        self._waiting, self._opened = [], True
        calls: list[Call] = []
        for sql, runs in leaving:
            if isinstance(sql, Insert) and len(runs) > 1 and self._trip is trip:
                calls += sql.calls(runs)
            else:
                calls += [(sql, values) for values in runs]
        return calls


async def _piped(connection: Connection, calls: Sequence[Call]) -> list[list[TupleRow]]:
    """`trip` on a session's connection, whose transaction and rollbacks are psycopg's to know."""
    async with connection.pipeline():
        cursors = [await connection.execute(sql, values, prepare=True) for sql, values in calls]
    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


_ONCE: Sequence[Values] = ((),)
_COMMIT: Write = ("COMMIT", _ONCE)
_COMMIT_CALL: Call = ("COMMIT", ())


@asynccontextmanager
async def writing(database: Database, merchants: Merchants) -> AsyncIterator[Direct]:
    """A transaction of the app role: commits at the end, rolls back on any error."""
    opening = (("BEGIN READ WRITE", _ONCE), _scope(merchants))
    async with database.hot.connection() as connection:  # rolls back what an error leaves open
        direct = Direct(connection, merchants, opening)
        yield direct
        await direct.flush(commit=True)


@asynccontextmanager
async def reading(database: Database, merchants: Merchants) -> AsyncIterator[Direct]:
    """Questions of the app role; each round trip is a read-only transaction of its own."""
    async with database.hot.connection() as connection:
        yield Direct(connection, merchants, (_scope(merchants),), every_trip=True)


@asynccontextmanager
async def serving_all(database: Database) -> AsyncIterator[Direct]:
    """A transaction of the system role: commits at the end, rolls back on any error."""
    async with database.hot_system.connection() as connection:
        direct = Direct(connection, None, (("BEGIN", _ONCE),))
        yield direct
        await direct.flush(commit=True)


def _scope(merchants: Merchants) -> Write:
    return _SCOPE, ((visibility(merchants),),)


async def within(session: ReadSession) -> Direct:
    """Questions inside an open session's transaction; what it writes needs a `flush`."""
    return Direct(await raw_connection(session), session.merchants, by=_piped)


async def write_within(session: WriteSession, *writes: Write) -> None:
    """Write inside an open session's transaction, in one round trip.

    Raises:
        psycopg.Error: what the database refuses; the transaction is then to be rolled back.
    """
    direct = await within(session)
    direct.write(*writes)
    await direct.flush()
