"""Plain values of imports: the job at hand, what became of a batch, what a run comes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from yichuan.core.database import SystemSession
from yichuan.core.vault import Vault
from yichuan.terms.values import KINDS as TERM_KINDS
from yichuan.terms.values import PLATFORM_KINDS, TermKind

Row_contra = TypeVar("Row_contra", contravariant=True)
Kind = Literal["orders", "shipments", "rates", "bills"] | TermKind
KINDS: tuple[Kind, ...] = ("orders", "shipments", "rates", "bills", *TERM_KINDS)
MERCHANT_KINDS: frozenset[Kind] = frozenset(
    {"orders", "shipments", *(set(TERM_KINDS) - PLATFORM_KINDS)}
)
"""What merchants may import, for themselves."""

REFUSALS: dict[str, tuple[str, str]] = {
    "not_your_merchant": ("只能导入本商家的数据", "rows of another merchant are not taken"),
    "unknown_courier": ("未知的快递公司", "unknown courier"),
    "unknown_merchant": ("未知的商家", "unknown merchant"),
    "unknown_service": ("该快递没有此产品", "the courier has no such service"),
    "number_taken": (
        "运单号已被其他商家的包裹使用",
        "another merchant's parcel travels under this number",
    ),
    "platform_only": (
        "该商家须使用平台物流，不能自填单号",
        "the merchant ships through the platform, not under numbers of its own",
    ),
    "in_the_future": ("时间在未来", "the time lies in the future"),
    "unknown_shipment": ("找不到该包裹号，请先导入包裹", "no such shipment: import it first"),
    "ambiguous_shipment": (
        "多个商家有该包裹号，请填写商家",
        "several merchants have this shipment number: name the merchant",
    ),
    "no_sub_order": ("包裹没有对应的订单", "the shipment belongs to no order"),
    "order_shipped": (
        "该订单已发货，不能再加商品",
        "the order was shipped; nothing can be added",
    ),
}
"""Reason code → text in Chinese and English, beside those of cells and documented tables."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The one merchant that an import is about."""

    id: UUID
    code: str
    uploads: bool = False
    """It is the merchant's own upload: it may not say what only couriers or the platform know."""


@dataclass(frozen=True, slots=True)
class Job:
    """An import at work."""

    run_id: UUID
    kind: Kind
    file_name: str
    actor: str
    owner: Owner | None
    """None: the file names merchants itself."""
    vault: Vault
    started_at: datetime
    """Database time; what was made later is this run's own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A typed row that was not taken: its place in the batch, a key of `REFUSALS`, the column."""

    position: int
    code: str
    column: str


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    accepted: int = 0
    known: int = 0
    """Rows whose content is in the database already."""
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, position: int, code: str, column: str) -> None:
        """Leave a row out."""
        self.refused.append(Refusal(position, code, column))


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch worked out: `apply` writes it in a transaction of its own.

    It was planned while the batch before was being written. Where the two collide `apply` fails
    on a unique key or raises `Overtaken`, and the batch is planned again.
    """

    outcome: Outcome
    apply: Callable[[SystemSession], Awaitable[None]]


class Writer(Protocol[Row_contra]):
    """Takes the typed rows of one kind into the database."""

    whole: bool
    """The file counts as a whole: all batches are written in one transaction."""

    async def prepare(self, rows: Sequence[Row_contra]) -> None:
        """What must exist before the batch and may stay if it fails: merchants, shops."""

    async def plan(self, session: SystemSession, rows: Sequence[Row_contra]) -> Planned:
        """Work a batch out; writes nothing."""

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """After the last batch. Returns what was made beside rows."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import came to. `already`: this file had been imported, nothing was done."""

    run_id: UUID
    kind: Kind
    file_name: str
    already: bool
    resumed_from: int
    rows: int
    accepted: int
    known: int
    rejected: int
    result: dict[str, Any]
    seconds: float
    unused: tuple[str, ...] = ()
    """Columns of the file that were not read."""
