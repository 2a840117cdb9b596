"""`yichuan import`. Broken, an operator does not see what came in and what did not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import MASTER_KEY, DatabaseUrls
from imports.files import write
from yichuan.core.context import Context
from yichuan.core.embedded import SUPERUSER
from yichuan.core.settings import settings
from yichuan.couriers import service as couriers
from yichuan.imports.commands import import_app

ROWS = [
    {"shipment_no": "C1", "courier": "SF", "shipped_at": "2022-02-02"},
    {"shipment_no": "C2", "courier": "NO", "shipped_at": "2022-02-02"},
]


@pytest.fixture
def runner(urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Commands on the test's own database."""
    monkeypatch.setenv("YICHUAN_DATABASE_URL", urls.of(SUPERUSER))
    monkeypatch.setenv("YICHUAN_MASTER_KEY", MASTER_KEY)
    monkeypatch.setenv("YICHUAN_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    return CliRunner()


@pytest.fixture(autouse=True)
async def catalogue(context: Context) -> None:
    async with context.database.system() as session:
        await couriers.seed(session)


@pytest.fixture(autouse=True)
def fresh_settings() -> object:
    yield
    settings.cache_clear()


def test_a_file_and_its_rejects(runner: CliRunner, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ROWS)
    done = runner.invoke(import_app, ["shipments", str(path), "--merchant", "CLI", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["accepted"], report["rejected"], report["already"]) == (1, 1, False)
    rejects = Path(report["rejects_file"])
    assert rejects == tmp_path / "c.csv.rejects.csv"
    rejects.write_text(rejects.read_text("utf-8-sig").replace("NO", "ZTO"), "utf-8")
    mended = runner.invoke(import_app, ["shipments", str(rejects), "--merchant", "CLI", "--json"])
    assert json.loads(mended.stdout)["accepted"] == 1
    again = runner.invoke(import_app, ["shipments", str(path), "--merchant", "CLI"])
    assert again.exit_code == 0
    assert "已导入过" in again.stdout


def test_what_goes_wrong_is_said(runner: CliRunner, tmp_path: Path) -> None:
    missing = runner.invoke(import_app, ["bills", str(tmp_path / "none.csv")])
    assert missing.exit_code == 1
    nothing = runner.invoke(import_app, ["bills"])
    assert nothing.exit_code == 1
    bad = write(tmp_path / "bad.csv", [{"shipment_no": "C9", "merchant": "X", "courier": "NO"}])
    refused = runner.invoke(import_app, ["shipments", str(bad)])
    assert refused.exit_code == 1
    assert "rejects.csv" in refused.stdout


def test_columns_are_documented(runner: CliRunner) -> None:
    for kind in ("orders", "shipments", "rates", "bills"):
        shown = runner.invoke(import_app, [kind, "--columns", "--json"])
        assert {"name", "type", "required", "zh", "en", "choices"} == set(
            json.loads(shown.stdout)[0]
        )
        assert runner.invoke(import_app, [kind, "--columns"]).exit_code == 0
