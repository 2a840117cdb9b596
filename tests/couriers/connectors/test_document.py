"""docs/connectors.md says what there is. If it went stale, an operator would choose a courier for
something that it cannot do, or trust what nobody verified.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Capability, Connector
from yichuan.simulator.protocols import PROTOCOLS

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs/connectors.md").read_text("utf-8")
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
MARKS = {"documents": "●", "simulator": "○"}
SIMULATED = {"kdniao", *PROTOCOLS}
MOST_CODES = 6


def connectors() -> list[Connector]:
    return sorted(registry.connectors().values(), key=lambda one: (one.kind, one.name))


def couriers(connector: Connector) -> str:
    codes = connector.couriers
    if codes is None:
        return "all of the catalogue"
    return ", ".join(codes) if len(codes) <= MOST_CODES else f"{len(codes)} couriers"


def mark(connector: Connector, capability: Capability) -> str:
    proof = connector.can.get(capability)
    itself = " itself" if capability == "push" and connector.tells_own else ""
    return MARKS[proof] + itself if proof else ""


def table() -> str:
    head = ["connector", "kind", "couriers", *CAPABILITIES, "simulated"]
    rows = [head, ["---"] * 3 + [":-:"] * (len(CAPABILITIES) + 1)]
    for one in connectors():
        name = f"`{one.name}` {one.zh}" + (f" {one.en}" if one.en != one.zh else "")
        marks = [mark(one, capability) for capability in CAPABILITIES]
        rows.append([name, one.kind, couriers(one), *marks, "yes" if one.name in SIMULATED else ""])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def notes() -> str:
    return "\n".join(
        f"- **{one.en}** (`{one.name}`): "
        + (f"{one.notes_en} " if one.notes_en else "")
        + f"Read from: {'; '.join(one.sources)}."
        for one in connectors()
    )


@pytest.mark.parametrize(("block", "made"), [("table", table), ("notes", notes)])
def test_the_document_says_what_the_code_does(block: str, made: object) -> None:
    """What is between the marks is what the registry says."""
    assert callable(made)
    found = re.search(rf"<!-- {block} -->\n(.*?)\n?<!-- /{block} -->", DOCUMENT, re.DOTALL)
    assert found is not None
    right = str(made())
    assert found[1] == right, f"write between the marks of {block}:\n{right}"


def test_the_guide_names_files_that_are_there() -> None:
    """Somebody who adds a courier is not sent to a file that moved."""
    named = set(re.findall(r"`((?:src|tests|docs)/[\w./]+)`", DOCUMENT))
    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
