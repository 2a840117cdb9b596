"""One round trip, straight over libpq: what psycopg's cursors do with a fifth of their cost.

A cursor, a lock and several turns of the event loop per statement cost the web process more than
the statement costs PostgreSQL. Here the statements of one moment are adapted by psycopg's own
dumpers, leave together as prepared statements, and their answers are awaited once. Used on the
plain pools (`core.direct`, `core.database.hot_rows`); sessions keep psycopg's pipelines, whose
rollbacks forget prepared statements.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final, Self, TypeAlias

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

Connection: TypeAlias = "psycopg.AsyncConnection[TupleRow]"
Values: TypeAlias = Sequence[Any] | Mapping[str, Any]
Call: TypeAlias = tuple[str, Values]
"""A statement with psycopg's placeholders (`%s`, `%(name)s`) and its values."""


def locally(**settings: str) -> Call:
    """Set PostgreSQL's settings until the transaction ends: before a statement whose rows the
    planner cannot foresee."""
    calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"SELECT {calls}", ()


MOST_ROWS: Final = 8
"""Rows of one INSERT: each count is a prepared statement of its own."""
MOST_PREPARED: Final = 300
"""Prepared statements kept per connection; the oldest makes room."""
_LINE: Final = "_yichuan_line"
_PLACE = re.compile(r"%(?:(%)|s|\((\w+)\)s|(.|$))")
_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class Insert(str):
    """An INSERT whose values all go straight into columns, which give them their types: prepared
    once, whatever is NULL or however large a number is. Several rows go in one statement."""

    __slots__ = ("_parts",)
    _parts: tuple[str, str, str]

    def __new__(cls, head: str, places: str, tail: str, rows: int = 1) -> Self:
        """`head` up to VALUES, the placeholders of a row, and what follows the rows."""
        made = super().__new__(cls, f"{head} VALUES {', '.join([places] * rows)}{tail}")
        made._parts = (head, places, tail)
        return made

    def calls(self, runs: Sequence[Values]) -> list[Call]:
        """The runs as few statements."""
        made: list[Call] = []
        for start in range(0, len(runs), MOST_ROWS):
            part = runs[start : start + MOST_ROWS]
            sql = self if len(part) == 1 else _of_rows(self._parts, len(part))
            made.append((sql, [value for row in part for value in row]))
        return made


@lru_cache(maxsize=256)
def _of_rows(parts: tuple[str, str, str], rows: int) -> Insert:
    return Insert(*parts, rows)


@lru_cache(maxsize=1024)
def _translated(sql: str) -> tuple[bytes, tuple[str, ...] | None, tuple[PyFormat, ...]]:
    """The statement with PostgreSQL's placeholders, the names they take in order, their formats.

    Raises:
        ValueError: a placeholder of another kind, or names and places mixed.
    """
    names: dict[str, int] = {}
    places = count(1)
    last = 0

    def put(found: re.Match[str]) -> str:
        nonlocal last
        percent, name, other = found.groups()
        if percent:
            return "%"
        if other is not None:
            raise ValueError(f"no placeholder: %{other}")
        if name:
            return f"${names.setdefault(name, len(names) + 1)}"
        last = next(places)
        return f"${last}"

    text = _PLACE.sub(put, sql)
    if names and last:
        raise ValueError("names and places in one statement")
    return text.encode(), tuple(names) or None, (PyFormat.AUTO,) * (len(names) or last)


class _Line:
    """What a connection has prepared, and its way to adapt values and read rows."""

    def __init__(self, connection: Connection) -> None:
        self.adapter = Transformer(connection)
        self.known: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count(1)

    def name(self) -> bytes:
        """A name for a statement, used once."""
        return b"yichuan_%d" % next(self._numbers)


def _line(connection: Connection) -> _Line:
    """The connection's own: it goes with it."""
    kept = vars(connection)
    line: _Line | None = kept.get(_LINE)
    if line is None:
        line = kept[_LINE] = _Line(connection)
    return line


async def trip(connection: Connection, calls: Sequence[Call]) -> list[list[TupleRow]]:
    """Run statements in one round trip; the rows of each, in order.

    They are one transaction, unless they begin or end one themselves. Cancelling it closes the
    connection: nobody knows what is still on the line.

    Raises:
        psycopg.Error: of the first statement that failed; none after it ran.
        ValueError: a placeholder that is none.
    """
    line = _line(connection)
    idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
    try:
        return await _run(connection, line, calls)
    except psycopg.errors.InvalidSqlStatementName:
        # Somebody deallocated all (psycopg does on a rollback). A transaction's first trip tells,
        # before anything ran.
        line.known.clear()
        if not idle:
            raise
        await connection.rollback()
        return await _run(connection, line, calls)


async def _run(connection: Connection, line: _Line, calls: Sequence[Call]) -> list[list[TupleRow]]:
    adapted = [_adapted(line, call) for call in calls]
    async with connection.lock:
        whole = False
        try:
            extra = _send(connection, line, adapted)
            results = await _received(connection)
            connection.pgconn.exit_pipeline_mode()
            whole = True
        finally:
            if not whole:  # cancelled, hung up: the line is not to be used again
                await connection.close()
    return _read(connection, line, extra, results)


_Key: TypeAlias = tuple[str, tuple[int, ...]]
"""A statement and the types of its values."""
_Adapted: TypeAlias = tuple[_Key, Any, Any]


def _adapted(line: _Line, call: Call) -> _Adapted:
    """A statement's key, its values and their formats."""
    sql, values = call
    _, names, formats = _translated(sql)
    if not formats:
        return (sql, ()), None, None
    if isinstance(values, Mapping):
        given: Sequence[Any] = [values[name] for name in names or ()]
    else:
        given = values
    if len(given) != len(formats):
        raise psycopg.ProgrammingError(f"{len(formats)} placeholders, {len(given)} values: {sql}")
    if isinstance(sql, Insert):
        return (sql, ()), line.adapter.dump_sequence(given, [PyFormat.TEXT] * len(given)), None
    data = line.adapter.dump_sequence(given, formats)
    return (sql, line.adapter.types or ()), data, line.adapter.formats


def _send(
    connection: Connection, line: _Line, adapted: Sequence[_Adapted]
) -> dict[int, _Key | None]:
    """Queue everything. Gives the places of results that are not a statement's own: of what was
    prepared (its key) or let go (None)."""
    server, known = connection.pgconn, line.known
    server.enter_pipeline_mode()
    extra: dict[int, _Key | None] = {}
    for place, (key, data, formats) in enumerate(adapted):
        name = known.get(key)
        if name is None:
            if len(known) >= MOST_PREPARED:
                server.send_query_params(b"DEALLOCATE " + known.pop(next(iter(known))), None)
                extra[place + len(extra)] = None
            name = known[key] = line.name()
            server.send_prepare(name, _translated(key[0])[0], key[1])
            extra[place + len(extra)] = key
        server.send_query_prepared(name, data, formats)
    server.pipeline_sync()
    return extra


async def _received(connection: Connection) -> list[PGresult]:
    """Send what is queued and wait for all results.

    Raises:
        psycopg.OperationalError: the server hung up.
    """
    server = connection.pgconn
    while server.flush():
        await _ready(server.socket, writing=True)
        server.consume_input()
    results: list[PGresult] = []
    between = True
    while True:
        while server.is_busy():
            await _ready(server.socket)
            server.consume_input()
        result = server.get_result()
        if result is None:  # after each statement's result
            if between or server.status == ConnStatus.BAD:
                raise psycopg.OperationalError("the connection to the database was lost")
            between = True
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)
        between = False


async def _ready(fileno: int, *, writing: bool = False) -> None:
    """Wait until there is something to read (or room to write)."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(fileno, wake)
    if writing:
        loop.add_writer(fileno, wake)
    try:
        await ready
    finally:
        loop.remove_reader(fileno)
        if writing:
            loop.remove_writer(fileno)


def _read(
    connection: Connection,
    line: _Line,
    extra: Mapping[int, _Key | None],
    results: Sequence[PGresult],
) -> list[list[TupleRow]]:
    failed: PGresult | None = None
    rows: list[list[TupleRow]] = []
    for place, result in enumerate(results):
        good = result.status in _GOOD
        if not good:
            failed = failed or result
        if place in extra:
            key = extra[place]
            if not good and key is not None:
                line.known.pop(key, None)
        elif good and result.ntuples:
            line.adapter.set_pgresult(result)
            rows.append(line.adapter.load_rows(0, result.ntuples, tuple))
        else:
            rows.append([])
    if failed is not None:
        raise psycopg.errors.error_from_result(failed, connection.info.encoding)
    return rows
