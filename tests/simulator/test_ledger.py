"""The ledger: a user would be told that nothing was lost when something was."""

from __future__ import annotations

from pathlib import Path

from simulator.stage import WEDNESDAY
from yichuan.simulator.ledger import (
    Happened,
    Ledger,
    PushResult,
    PushSent,
    Sent,
    audit,
    read_ledger,
)


def happened(index: int) -> Happened:
    """One event of parcel (YTO, 1)."""
    return Happened(WEDNESDAY, "YTO", "1", index, "hub_in", "204", f"text {index}", "杭州市", "t")


def push(push_id: int, events: int, fault: str = "", who: str = "me") -> PushSent:
    """A push of the first events of parcel (YTO, 1)."""
    return PushSent(
        WEDNESDAY, push_id, who, "102", (Sent("YTO", "1", tuple(range(events))),), fault
    )


def test_lines_survive_a_round_trip_and_a_cut(tmp_path: Path) -> None:
    """A kill in the middle of a line costs that line and no other."""
    path = tmp_path / "deep" / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.write(happened(0), push(1, 1))
    ledger.close()
    with path.open("ab") as file:
        file.write(b'{"kind":"ev')
    again = Ledger(path)
    again.write(happened(1))
    again.close()
    assert list(read_ledger(path)) == [happened(0), push(1, 1), happened(1)]
    assert list(read_ledger(tmp_path / "nothing")) == []


def test_every_write_is_flushed_before_it_returns(tmp_path: Path) -> None:
    """What was announced is on file while the writer still runs."""
    ledger = Ledger(tmp_path / "l")
    for i in range(3):
        ledger.write(happened(i))
        assert len(list(read_ledger(tmp_path / "l"))) == i + 1
    ledger.close()


def test_only_acknowledged_true_pushes_count(tmp_path: Path) -> None:
    """A refused push, a forged one, or another subscriber's yes prove nothing."""
    ledger = Ledger(tmp_path / "l")
    ledger.write(*(happened(i) for i in range(5)))
    ledger.write(push(1, 2), PushResult(WEDNESDAY, 1, 1, False))
    ledger.write(PushResult(WEDNESDAY, 1, 2, True))
    ledger.write(push(2, 4), PushResult(WEDNESDAY, 2, 1, False))
    ledger.write(push(3, 5, "wrong_signature"), PushResult(WEDNESDAY, 3, 1, True))
    ledger.write(push(4, 3, who="you"), PushResult(WEDNESDAY, 4, 1, True))
    ledger.close()
    mine, all_of_them = audit(tmp_path / "l", "me"), audit(tmp_path / "l")
    assert mine.acknowledged == {("YTO", "1"): {0, 1}}
    assert [e.text for e in mine.acknowledged_events()["YTO", "1"]] == ["text 0", "text 1"]
    assert all_of_them.acknowledged == {("YTO", "1"): {0, 1, 2}}
    assert (mine.untrue_acknowledged, len(mine.events["YTO", "1"])) == (1, 5)
