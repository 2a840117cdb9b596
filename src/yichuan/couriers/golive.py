"""还差什么: what is missing before a courier can be used through a connector. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from yichuan.couriers.offers import Offer

StepKey: TypeAlias = Literal["connection", "works", "account", "push", "verified"]
"""接口连接, 调用成功过, 面单账号, 推送地址已告知, 协议已按公开文档验证."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the caller has of a connector, for one courier."""

    connections: int = 0
    """Switched on, the caller's own or those its accounts are lent through."""
    works: bool = False
    """A call through one of them succeeded lately."""
    pushed: bool = False
    """A push came through one of them: its address is known over there."""
    accounts: int = 0
    """Waybill accounts of the courier, switched on."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    key: StepKey
    done: bool
    needed: bool
    """Without it nothing goes; the others only make it surer."""


def steps(offer: Offer, standing: Standing) -> tuple[Step, ...]:
    """What there is to do, in the order in which people do it."""
    found = [
        Step("connection", standing.connections > 0, needed=True),
        Step("works", standing.works, needed=False),
    ]
    if "number" in offer.can:
        found.append(Step("account", standing.accounts > 0, needed=True))
    if "push" in offer.can:
        found.append(Step("push", standing.pushed, needed=False))
    found.append(Step("verified", offer.verified, needed=False))
    return tuple(found)


def live(found: tuple[Step, ...]) -> bool:
    """Whether the courier can be used this way now."""
    return all(step.done for step in found if step.needed)
