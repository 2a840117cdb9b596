"""Backup of a running hub, and the hub made of it. If these broke, a mall would learn after a fire
that its backup cannot be read, has half a push in it, or tells every buyer everything again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text

from conftest import MASTER_KEY, DatabaseUrls, Tenant
from exceptions.boxes import box
from tracking.parcels import FORM, Line, make_line, push, record, trace
from yichuan import restoring
from yichuan.consumers import CONSUMERS
from yichuan.core import backup as backups
from yichuan.core.backup import BackupError
from yichuan.core.consumers import drain
from yichuan.core.context import Context, located, opened
from yichuan.core.embedded import SUPERUSER, Cluster, running
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.tracking import ingest, queries, service
from yichuan.tracking.batch import Source
from yichuan.tracking.values import NewBinding

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
STATE = [consumer for consumer in CONSUMERS if consumer.name == "shipments.state"]
COUNTS = "SELECT number, count(*) FROM track_events WHERE number LIKE '94%' GROUP BY number"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with a key, and a label among its blobs."""
    (tmp_path / "old/blobs/labels").mkdir(parents=True)
    (tmp_path / "old/blobs/labels/one").write_bytes(b"label")
    (tmp_path / "old/master.key").write_text(MASTER_KEY, "ascii")
    return tmp_path / "old"


@pytest.fixture
def urls_there(
    config: Settings, cluster: Cluster, vault: Vault, urls: DatabaseUrls, home: Path
) -> Iterator[DatabaseUrls]:
    """The module's database, as an installation of its own."""
    own = config.model_copy(update={"data_dir": home, "master_key": None})
    return DatabaseUrls(own, cluster, vault, urls._name)


def scans(count: int) -> list[dict[str, Any]]:
    words = ["【深圳市】已揽收", "【杭州市】已到达", "派件中", "快件已签收，签收人是本人"]
    return [trace(START + timedelta(hours=n), words[n]) for n in range(count)]


async def send(client: httpx.AsyncClient, line: Line, number: str, count: int) -> None:
    body = push(record(number, scans(count)))
    assert (await client.post(line.path, content=body, headers=FORM)).status_code == 200


async def merge(context: Context) -> None:
    while await ingest.merge_pending(context):
        pass


async def rows(context: Context, statement: str) -> list[Any]:
    async with context.database.system() as session:
        return list(await session.execute(text(statement)))


async def webhooks(context: Context) -> set[str]:
    """Ids of what malls are told. Problems are left out: each hub finds them at its own time."""
    found = await rows(
        context,
        "SELECT payload->>'webhook_id' FROM outbox"
        " WHERE lane IS NOT NULL AND payload->>'type' <> 'shipment.problem'",
    )
    return {row[0] for row in found}


@asynccontextmanager
async def pushing(context: Context, client: httpx.AsyncClient, line: Line) -> AsyncIterator[None]:
    """Pushes come and are merged all the time."""

    async def for_ever() -> None:
        place = 0
        while True:
            await send(client, line, f"95{place:010d}", 1 + place % 4)
            await merge(context)
            await asyncio.sleep(0.01)
            place += 1

    task = asyncio.create_task(for_ever())
    try:
        yield
    finally:
        task.cancel()


async def test_a_running_hub_is_backed_up_and_goes_on_elsewhere(
    context: Context,
    alpha: Tenant,
    nobody: httpx.AsyncClient,
    urls_there: DatabaseUrls,
    vault: Vault,
    tmp_path: Path,
) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))
    line = await make_line(context)
    wish = {"url": "http://127.0.0.1:9/hook"}
    assert (await alpha.client.post("/api/v1/webhook-endpoints", json=wish)).status_code == 201
    shipment = await box(context, alpha.id, courier="ZTO")
    async with context.database.system() as session:
        await service.bind(session, [NewBinding(alpha.id, shipment, "ZTO", "940000000001")])
    await send(nobody, line, "940000000001", 2)
    await merge(context)
    await drain(context.database, CONSUMERS)
    told_before = await webhooks(context)
    await send(nobody, line, "940000000001", 3)
    await merge(context)
    await drain(context.database, STATE)  # whoever tells the mall lies behind
    await send(nobody, line, "940000000002", 2)  # acknowledged, and not merged yet

    async with pushing(context, nobody, line):
        await asyncio.sleep(0.1)
        made = await asyncio.to_thread(
            backups.backup, urls_there, vault, tmp_path / "backup", jobs=2
        )
    assert (made.blobs, made.with_key) == (1, True)
    with pytest.raises(BackupError, match="there already"):
        backups.backup(urls_there, vault, tmp_path / "backup")

    new = Settings(data_dir=tmp_path / "new", fsync=False, pool_size=2)
    await asyncio.to_thread(restoring.restore, new, tmp_path / "backup")
    assert (tmp_path / "new/blobs/labels/one").read_bytes() == b"label"
    with located(new) as (there, key):
        async with opened(new, there, key) as other:
            await _goes_on(context, other, alpha, shipment, told_before)
    with pytest.raises(BackupError, match="not empty"):
        restoring.restore(new, tmp_path / "backup")


async def _goes_on(
    old: Context, new: Context, alpha: Tenant, shipment: Any, told_before: set[str]
) -> None:
    """The hub that was made of the backup knows what the old one knew, and works."""
    whole = (
        "SELECT count(*) FROM tracks t WHERE t.events <> (SELECT count(*) FROM track_events e"
        " WHERE e.number = t.number)"
    )
    assert await rows(new, whole) == [(0,)]  # no half push
    forced = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity"
    assert await rows(new, forced) == await rows(old, forced)
    await merge(old)
    await merge(new)
    assert dict(await rows(new, COUNTS)) == dict(await rows(old, COUNTS))
    assert len(await rows(new, COUNTS)) == 2
    async with old.database.read((alpha.id,)) as here, new.database.read((alpha.id,)) as there:
        story = await queries.timeline(here, alpha.id, shipment)
        assert await queries.timeline(there, alpha.id, shipment) == story
        assert len(story) == 3
    await drain(old.database, CONSUMERS)
    await drain(new.database, CONSUMERS)
    told = await webhooks(new)
    assert told_before < told <= await webhooks(old)  # what both tell has one id
    await _scan(new, "940000000001")
    await drain(new.database, CONSUMERS)
    after = await rows(new, f"SELECT milestone FROM shipments WHERE id = '{shipment}'")
    assert after == [("delivered",)]
    assert len(await webhooks(new)) > len(told)


async def _scan(context: Context, number: str) -> None:
    """One more scan of a number comes to the restored hub."""
    (row,) = await rows(context, "SELECT id FROM courier_connections LIMIT 1")
    event = CourierEvent(START + timedelta(hours=9), "快件已签收，签收人是本人")
    await ingest.merge_updates(
        context, Source("kdniao", row[0]), [TrackUpdate("ZTO", number, (event,))]
    )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """URL of an empty database on a server of the mall's own, whose administrator gave us a role
    that owns it and may make roles, and no more."""
    with running(tmp_path / "theirs", fsync=False) as server:
        with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as admin:
            admin.execute("CREATE ROLE mall LOGIN CREATEROLE PASSWORD 'mall'")
            admin.execute("CREATE DATABASE parcels OWNER mall")
        yield server.url("mall", "parcels")


async def test_an_embedded_hub_moves_to_a_database_of_the_mall_s_own(
    context: Context,
    alpha: Tenant,
    beta: Tenant,
    urls_there: DatabaseUrls,
    vault: Vault,
    elsewhere: str,
    tmp_path: Path,
) -> None:
    """A role without a superuser's rights is enough; a failed attempt leaves nothing there."""
    await asyncio.to_thread(backups.backup, urls_there, vault, tmp_path / "backup", jobs=2)
    new = Settings(
        data_dir=tmp_path / "new", database_url=elsewhere, pool_size=2, master_key=MASTER_KEY
    )
    with full_disk(), pytest.raises(OSError, match="disk"):
        await asyncio.to_thread(restoring.restore, new, tmp_path / "backup")
    back = await asyncio.to_thread(restoring.restore, new, tmp_path / "backup")
    assert back["blobs"] == 1
    with located(new) as (there, key):
        async with opened(new, there, key) as other:
            for tenant in (alpha, beta):
                mine = text("SELECT code FROM merchants")
                async with other.database.read((tenant.id,)) as session:
                    assert (await session.scalars(mine)).all() == [tenant.code]
            told = "SELECT relname FROM pg_class WHERE relforcerowsecurity ORDER BY 1"
            assert await rows(other, told) == await rows(context, told)
            number = "960000000001"
            await ingest.merge_updates(other, Source("kdniao", None), [arrived("ZTO", number)])
            await drain(other.database, CONSUMERS)
            counted = f"SELECT count(*) FROM track_events WHERE number = '{number}'"
            assert await rows(other, counted) == [(1,)]
            lag = "SELECT name FROM consumer_cursors WHERE last_id = 0 AND name = 'shipments.state'"
            assert await rows(other, lag) == []
    with pytest.raises(BackupError, match="not empty"):
        restoring.restore(
            new.model_copy(update={"data_dir": tmp_path / "third"}), tmp_path / "backup"
        )


@contextmanager
def full_disk() -> Iterator[None]:
    """The disk is full when the blobs are copied, after the database is back."""

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring.shutil, "copytree", full)
        yield


def arrived(courier: str, number: str) -> TrackUpdate:
    return TrackUpdate(courier, number, (CourierEvent(START, "已揽收"),))


def test_without_its_key_or_with_a_damaged_file_nothing_is_begun(
    urls_there: DatabaseUrls, vault: Vault, tmp_path: Path, home: Path
) -> None:
    """It is said what is missing, and the new installation stays empty."""
    made = backups.backup(urls_there, vault, tmp_path / "bare", with_key=False)
    assert "NOT" in made.shown()["key"]
    new = Settings(data_dir=tmp_path / "empty", fsync=False)
    with pytest.raises(BackupError, match="master key is missing"):
        restoring.restore(new, tmp_path / "bare")
    (tmp_path / "other.key").write_text("22" * 32, "ascii")
    with pytest.raises(BackupError, match="another master key"):
        restoring.restore(new, tmp_path / "bare", key_file=tmp_path / "other.key")
    (tmp_path / "bare/blobs/labels/one").write_bytes(b"lable")
    with pytest.raises(BackupError, match="damaged or missing: blobs/labels/one"):
        restoring.restore(new, tmp_path / "bare", key_file=home / "master.key")
    assert not any((tmp_path / "empty").iterdir())
    shutil.rmtree(tmp_path / "bare")
    with pytest.raises(BackupError, match="no backup"):
        restoring.restore(new, tmp_path / "bare")
