"""Rooms keep their walls: who may import whom.

A user would notice as slowness of change: two rooms that write each other's tables cannot be
mended apart, and a web process that loads solvers takes gigabytes.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

from house.source import (
    PACKAGE,
    ROOT,
    Module,
    imports,
    module_names,
    package_modules,
    rooms,
)

GROUND_FLOOR = {"core", "regions", "identity"}
"""Imported by everybody, importing nothing above themselves."""

INSIDE_ONLY = {"models", "schemas", "routes", "jobs"}
"""Modules of a room that no other room may import: its tables, its API's shapes, its edges."""

OPEN_ROOMS = {"core"}
"""Rooms without inside-only modules: the ground everything stands on."""

ASSEMBLY = {"migrations"}
"""Folders that put the rooms together and so may import any of their modules. The modules beside
the rooms (`api`, `app`, `cli`, `tables`, …) are assembly as well."""

ALLOWED: dict[tuple[str, str], str] = {}
"""(importing module, inside-only module) → why this one wall has a door."""

SIMULATOR_USERS = {"cli", "demo", "simulator"}
"""Units that may import the simulator: the command line, its demonstration, and itself."""

HEAVY = {"ortools", "lightgbm", "polars", "pyarrow", "karrio", "openpyxl", "yichuan.simulator"}
"""Never loaded by the web process: solvers, learners, files, foreign couriers, the simulator."""


@cache
def in_package(module: Module) -> list[tuple[int, str]]:
    """What a module imports of our own package."""
    known = module_names()
    return [(line, name) for line, name in imports(module, known) if name.startswith("yichuan.")]


def is_room_module(module: Module) -> bool:
    """Whether a module lies in a room, not in the assembly."""
    return module.unit in rooms() - ASSEMBLY


def test_a_room_is_entered_through_its_service_or_queries() -> None:
    """Another room's tables, schemas, routes and jobs are never imported."""
    broken = []
    for module in filter(is_room_module, package_modules()):
        for line, name in in_package(module):
            parts = name.split(".")
            other = parts[1]
            inside = other not in {module.unit, *OPEN_ROOMS} and INSIDE_ONLY & set(parts[2:])
            if inside and (module.name, name) not in ALLOWED:
                broken.append(f"{module.path}:{line} imports {name}")
    assert not broken, "\n".join(broken)


def test_the_exceptions_are_still_needed() -> None:
    """A door that nobody uses is walled up."""
    used = {(module.name, name) for module in package_modules() for _, name in in_package(module)}
    assert not set(ALLOWED) - used


def test_no_circles_between_rooms() -> None:
    """Rooms can be put in an order in which each needs only earlier ones."""
    needs: dict[str, set[str]] = defaultdict(set)
    where: dict[tuple[str, str], str] = {}
    for module in filter(is_room_module, package_modules()):
        for line, name in in_package(module):
            other = name.split(".")[1]
            if other != module.unit and other in rooms() - ASSEMBLY:
                needs[module.unit].add(other)
                where.setdefault((module.unit, other), f"{module.path}:{line}")
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        steps = [f"{a} → {b} ({where[a, b]})" for a, b in pairwise(circle)]
        pytest.fail("rooms in a circle:\n" + "\n".join(steps))


def test_the_ground_floor_imports_nothing_above_it() -> None:
    """core, regions and identity know only each other."""
    broken = [
        f"{module.path}:{line} imports {name}"
        for module in package_modules()
        if module.unit in GROUND_FLOOR
        for line, name in in_package(module)
        if name.split(".")[1] not in GROUND_FLOOR | ASSEMBLY
    ]
    assert not broken, "\n".join(broken)


def test_core_stands_on_nothing() -> None:
    """core imports no other room, regions nothing but core."""
    allowed = {"core": {"core"} | ASSEMBLY, "regions": {"core", "regions"}}
    broken = [
        f"{module.path}:{line} imports {name}"
        for module in package_modules()
        if module.unit in allowed
        for line, name in in_package(module)
        if name.split(".")[1] not in allowed[module.unit]
    ]
    assert not broken, "\n".join(broken)


def test_nothing_imports_the_simulator_but_the_command_line() -> None:
    """Production code never depends on the simulated couriers."""
    broken = [
        f"{module.path}:{line} imports {name}"
        for module in package_modules()
        if module.unit not in SIMULATOR_USERS
        for line, name in in_package(module)
        if name.split(".")[1] == "simulator"
    ]
    assert not broken, "\n".join(broken)


def test_rooms_do_not_import_the_doors() -> None:
    """Only the edge knows the application and the command line."""
    doors = {"api", "app", "cli"}
    broken = [
        f"{module.path}:{line} imports {name}"
        for module in filter(is_room_module, package_modules())
        for line, name in in_package(module)
        if name.split(".")[1] in doors - {module.unit}
    ]
    assert not broken, "\n".join(broken)


def test_the_web_process_stays_light() -> None:
    """Importing the application loads no solver, learner or data frame library, and the worker has
    no courier abroad in its memory either, not even when it knows all its connectors."""
    if not (PACKAGE / "app.py").exists():
        pytest.skip("yichuan.app is not there yet")
    code = (
        f"import sys, yichuan.app; print(*sorted(set({sorted(HEAVY)!r}) & set(sys.modules)))\n"
        "import yichuan.worker; from yichuan.couriers.connectors import registry\n"
        "registry.connectors(); print(*sorted({'karrio'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
