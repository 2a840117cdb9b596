"""The couriers' own protocols 直连, one file each, all on the one simulated world.

A protocol is added by its file here, its scan codes in `data/scans/<name>.csv` and a line in
`PROTOCOLS`. Like the rest of the simulator it takes nothing from the product: signatures and
messages are written again from the documents, so that an error cannot hide in both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yichuan.simulator.protocols import (
    deppon,
    ems,
    jdl,
    jtexpress,
    kuaidi100,
    sf,
    sto,
    yto,
    yunda,
    zto,
)
from yichuan.simulator.protocols.protocol import Protocol

ALL = (
    sf.PROTOCOL,
    zto.PROTOCOL,
    yto.PROTOCOL,
    sto.PROTOCOL,
    yunda.PROTOCOL,
    jtexpress.PROTOCOL,
    deppon.PROTOCOL,
    jdl.PROTOCOL,
    ems.PROTOCOL,
    kuaidi100.PROTOCOL,
)
PROTOCOLS: Mapping[str, Protocol] = MappingProxyType({one.name: one for one in ALL})
"""By the name that a subscriber's `protocol` says."""
