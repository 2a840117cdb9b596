"""What we can do for a courier today, and through whom: the catalogue beside the connectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from yichuan.couriers.catalogue import entries
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.connector import Capability, Connector, Proof

CAPABILITIES: tuple[Capability, ...] = get_args(Capability)

VITAL: Final = frozenset({"number", "label", "cancel", "track", "subscribe", "push"})
"""Capabilities without which a parcel is not sent or not seen; a price asked for is none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A connector that serves a courier."""

    connector: Connector
    their_code: str
    """The courier's code there."""
    can: Mapping[Capability, Proof]

    @property
    def verified(self) -> bool:
        """What parcels hang on was checked against public documents, not only our simulator."""
        vital = [proof for what, proof in self.can.items() if what in VITAL]
        return bool(vital) and all(proof == "documents" for proof in vital)


def _offer(connector: Connector, courier: str) -> Offer | None:
    can = {what: proof for what, proof in connector.can.items() if connector.does(what, courier)}
    if not can:
        return None
    codes = connector.couriers
    return Offer(connector, courier if codes is None else codes[courier], can)


@cache
def offers() -> Mapping[str, tuple[Offer, ...]]:
    """Offers by courier, direct connectors first; couriers without any are left out."""
    found: dict[str, tuple[Offer, ...]] = {}
    for code in entries():
        serving = (_offer(one, code) for one in registry.serving(code))
        usable = tuple(offer for offer in serving if offer is not None)
        if usable:
            found[code] = usable
    return found


def of(courier: str) -> tuple[Offer, ...]:
    """Who serves a courier, direct connectors first."""
    return offers().get(courier, ())


@cache
def best(courier: str) -> Mapping[Capability, Proof]:
    """What can be done for a courier at all, each with the better proof of any connector."""
    found: dict[Capability, Proof] = {}
    for offer in of(courier):
        for what, proof in offer.can.items():
            if found.get(what) != "documents":
                found[what] = proof
    return found
