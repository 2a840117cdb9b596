"""Configuration and command line: a user would start another world than the one asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yichuan.simulator.catalogue import couriers
from yichuan.simulator.commands import announce, load, simulate_app
from yichuan.simulator.config import ConfigError, NetworkConfig, demo_config, read_config
from yichuan.simulator.protocols import PROTOCOLS


def test_a_missing_file_is_made_and_read_again(tmp_path: Path) -> None:
    """The accounts of the first start are those of the next; options win over the file."""
    path = tmp_path / "couriers.json"
    first = load(path, 9, "", None)
    assert load(path, None, "", None) == first == demo_config(9, protocols=PROTOCOLS)
    other = load(path, None, "http://127.0.0.1:1/push", 60)
    assert other.subscribers[0].push_url == "http://127.0.0.1:1/push"
    assert (other.time_scale, other.branches) == (60, first.branches)


def test_demo_accounts_cover_every_courier_and_hang_on_the_seed() -> None:
    """Franchise couriers sell numbers beforehand, the others do not."""
    config = demo_config(1)
    assert {b.courier for b in config.branches} == set(couriers())
    assert all((b.balance is not None) == couriers()[b.courier].prepaid for b in config.branches)
    assert config == demo_config(1) != demo_config(2)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"sed": 1}', '{"seed": "x"}', '{"time_scale": 0}', '{"faults": {"lost": 2}}'],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    """Not guessed at, and the path is in the message."""
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"c\.json"):
        read_config(path)


def test_the_command_line_explains_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Help, a clean error with exit code 2, and machine-readable accounts."""
    runner = CliRunner()
    assert "--time-scale" in runner.invoke(simulate_app, ["couriers", "--help"]).output
    (tmp_path / "c.json").write_text("{")
    failed = runner.invoke(simulate_app, ["couriers", "--config", str(tmp_path / "c.json")])
    assert failed.exit_code == 2
    announce(demo_config(1), "http://x", as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["subscribers"][0]["ebusiness_id"] == demo_config(1).subscribers[0].ebusiness_id
    assert NetworkConfig().subscribers == ()
