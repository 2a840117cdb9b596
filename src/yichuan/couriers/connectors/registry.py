"""Every connector there is: each package here has a `connector.py` with one or several."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from yichuan.core.errors import Invalid
from yichuan.couriers import connectors as folder
from yichuan.couriers.connectors.connector import Connector, Door, Skimmer


@cache
def connectors() -> Mapping[str, Connector]:
    """All connectors by name. Descriptions only: no protocol's code is loaded."""
    found: dict[str, Connector] = {}
    for package in pkgutil.iter_modules(folder.__path__):
        if package.ispkg:
            module = import_module(f"{folder.__name__}.{package.name}.connector")
            several: tuple[Connector, ...] | None = getattr(module, "CONNECTORS", None)
            for one in several or (module.CONNECTOR,):
                found[one.name] = one
    return found


def connector(name: str) -> Connector | None:
    """One connector."""
    return connectors().get(name)


@cache
def door(name: str) -> Door | None:
    """The push door of a connector; None where there is no such connector or it never pushes."""
    found = connector(name)
    return found.door() if found is not None and found.door is not None else None


@cache
def skimmer(name: str) -> Skimmer | None:
    """The skimmer of a connector, where it has one."""
    found = connector(name)
    return found.skimmer() if found is not None and found.skimmer is not None else None


def serving(courier: str) -> tuple[Connector, ...]:
    """The connectors that serve a courier, direct ones first."""
    serves = (one for one in connectors().values() if one.carries(courier))
    return tuple(sorted(serves, key=lambda one: (one.kind != "direct", one.name)))


def check_credentials(connector: str, given: Mapping[str, str]) -> None:
    """Whether a connector's credentials are all given.

    Raises:
        Invalid: no such connector, or one that it needs is missing.
    """
    known = connectors().get(connector)
    if known is None:
        raise Invalid(f"no connector is called {connector}")
    missing = [f.name for f in known.credentials if f.required and not given.get(f.name)]
    if missing:
        raise Invalid(f"{connector} also needs: {', '.join(missing)}", missing=missing)
