"""How a description opens its protocol: the code is imported when a connection is used, not before.

A process that only shows the catalogue loads no protocol at all.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from yichuan.couriers.connectors.connector import Access, Client, Door, Skimmer


def client_of(package: str, name: str) -> Callable[[Access], Client]:
    """Opens the class `name` of `connectors/<package>/client.py`."""

    def opened(access: Access) -> Client:
        module = import_module(f"{__package__}.{package}.client")
        return cast("type[Client]", getattr(module, name))(access)

    return opened


def door_of(package: str, name: str) -> Callable[[], Door]:
    """Opens the class `name` of `connectors/<package>/door.py`."""

    def opened() -> Door:
        module = import_module(f"{__package__}.{package}.door")
        return cast("Callable[[], Door]", getattr(module, name))()

    return opened


def skimmer_of(package: str, name: str) -> Callable[[], Skimmer]:
    """Opens the class `name` of `connectors/<package>/skim.py`."""

    def opened() -> Skimmer:
        module = import_module(f"{__package__}.{package}.skim")
        return cast("Callable[[], Skimmer]", getattr(module, name))()

    return opened
