"""What a connector is to the rest of the house: its description, its client and its push door.

Each package `connectors/<name>/` has `connector.py` with one `CONNECTOR`, a cheap description;
what it needs to work is imported when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal, NamedTuple, Protocol, TypeAlias
from urllib.parse import urlsplit

from yichuan.couriers.connectors.base import (
    Balance,
    BranchAccount,
    Candidate,
    CourierError,
    CourierEvent,
    Deliverer,
    Forecast,
    Lane,
    PickupBooked,
    PickupRequest,
    Price,
    PushBatch,
    RejectedEvent,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.wire import Wire

Capability: TypeAlias = Literal[
    "number",  # takes a waybill number 取号
    "label",  # gives what a label needs (sort code), or the label itself
    "cancel",  # gives a number back 取消面单
    "balance",  # says how many numbers are left 余量
    "track",  # answers a query 查询
    "subscribe",  # can be asked for pushes 订阅
    "push",  # pushes to us 推送
    "pickup",  # comes for parcels 上门取件
    "recognise",  # tells the courier of a number 单号识别
    "rate",  # quotes a price 运费
    "forecast",  # forecasts the day of delivery 时效
]
Proof: TypeAlias = Literal["documents", "simulator"]
"""documents: passes messages and signature vectors of public documents or SDKs, cited beside them
in the tests. simulator: only tested against our own simulator, and shown as unverified."""


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One value of a connection that somebody must fill in."""

    name: str
    """`public_id`, `secret`, or a key of `Access.extra`."""
    zh: str
    en: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """A connection, opened: where, who, and the way out."""

    wire: Wire
    endpoint: str
    """Base address, without a slash at the end."""
    public_id: str
    secret: str = field(repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    push_url: str = ""
    """Our push address, for protocols that are told it with each subscription."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a push is checked with."""

    public_id: str
    secret: str = field(repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push as it came."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    query: bytes = b""


class Refused(Exception):
    """A push that is not taken. `keep`: it is put into the quarantine for a person to see."""

    def __init__(self, reason: str, *, keep: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.keep = keep


@dataclass(frozen=True, slots=True)
class Answer:
    """What the courier is told."""

    body: bytes
    media_type: str = "application/json"


class Door(Protocol):
    """One push protocol."""

    def open(self, pushed: Pushed, keys: Keys) -> bytes:
        """What `read` needs of a push whose signature is right. It is kept as given back.

        Raises:
            Refused: signature, form or type.
        """

    def read(self, content: bytes) -> PushBatch:
        """The records of a push. Never raises: what cannot be used is in `rejected`."""

    def answer(self, public_id: str, at: datetime, refused: str | None) -> Answer:
        """The protocol's acknowledgement, or its refusal with the reason."""

    def again(self, courier: str, number: str, row: bytes) -> bytes:
        """A rejected row in a push of its own, to be read once more.

        Raises:
            ValueError: the row cannot be put into a push.
        """


class Skimmed(NamedTuple):
    """What a push says about one number, with its rows as they came."""

    courier: str
    number: str
    rows: Sequence[bytes]
    """Oldest first."""
    ok: bool = True
    reason: str | None = None
    """This and what follows as in `TrackUpdate`."""
    estimated_delivery: date | None = None
    deliverer: Deliverer | None = None


class Skimmer(Protocol):
    """Reads pushes that repeat whole histories without reading again what is known."""

    def skim(self, content: bytes) -> Sequence[Skimmed] | None:
        """The numbers of a push and their rows; None: `Door.read` must read it."""

    def events(
        self, rows: Sequence[bytes]
    ) -> tuple[tuple[CourierEvent, ...], tuple[RejectedEvent, ...]]:
        """Rows, read as `Door.read` reads them."""


class Client:
    """One connection's calls. A connector overrides what it declares; the rest refuses.

    Couriers are given and answered by our codes. Every method raises `CourierError`.
    """

    lost_for_good: ClassVar[str] = ""
    """Why the number of a lost answer cannot be looked up, said by a connector that takes numbers
    and does not override `recover`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a waybill number 取号. Outcome "unknown": the number may have been issued."""
        raise unsupported("number")

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """After a lost answer: the number issued under the request's order code; it is bought now
        only if the courier knows of none. `cannot_recover`: the protocol has no way to ask."""
        raise CourierError("cannot_recover", self.lost_for_good, outcome="unknown")

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 取消. Outcome "unknown": it may have been cancelled."""
        raise unsupported("cancel")

    async def balance(self, courier: str, account: BranchAccount) -> Balance:
        """Numbers left on an account 余量."""
        raise unsupported("balance")

    async def check(self, courier: str, account: BranchAccount) -> Balance | None:
        """测试连接: prove that address and credentials work, by a call that costs nothing and
        changes nothing; the balance where the courier counts numbers."""
        return await self.balance(courier, account)

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """Ask for pushes of a number 订阅. Repeating it is harmless. `callback` is a value
        of ours that the courier echoes, where it can."""
        raise unsupported("subscribe")

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 查询. No trace yet is an update without events."""
        raise unsupported("track")

    async def track_many(
        self, courier: str, numbers: Sequence[str], *, phone_last4: str = ""
    ) -> Sequence[TrackUpdate]:
        """The histories of several numbers under one phone, at most `Connector.track_at_once`. One
        that is refused refuses all of them."""
        return [await self.track(courier, one, phone_last4=phone_last4) for one in numbers]

    async def book_pickup(self, request: PickupRequest) -> PickupBooked:
        """Ask the courier to come 预约取件. Outcome "unknown": it may be booked."""
        raise unsupported("pickup")

    async def cancel_pickup(
        self, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        """Take a booking back."""
        raise unsupported("pickup")

    async def recognise(self, number: str) -> Sequence[Candidate]:
        """Whose number this may be, best first 单号识别."""
        raise unsupported("recognise")

    async def prices(self, lane: Lane) -> Sequence[Price]:
        """What the lane costs 运费."""
        raise unsupported("rate")

    async def forecast(self, lane: Lane) -> Forecast:
        """When it will be there 时效."""
        raise unsupported("forecast")


@dataclass(frozen=True, slots=True)
class Connector:
    """A protocol we speak."""

    name: str
    """The package's name and the first part of the push address."""
    zh: str
    en: str
    kind: Literal["aggregator", "direct", "library"]
    can: Mapping[Capability, Proof]
    endpoint: str
    """The production base address, offered as the default."""
    credentials: tuple[CredentialField, ...]
    open: Callable[[Access], Client]
    couriers: Mapping[str, str] | None = None
    """Our courier code → its code; None: every courier that KDNiao has a code for, under it."""
    only: Mapping[Capability, frozenset[str]] = field(default_factory=dict)
    """What it can do for some of its couriers only → our codes of those."""
    door: Callable[[], Door] | None = None
    skimmer: Callable[[], Skimmer] | None = None
    """For protocols whose pushes repeat the whole history each time."""
    account_fields: tuple[str, ...] = ()
    """What a waybill account must have: fields of `BranchAccount`."""
    per_second: float | None = None
    """Calls a second that the contract allows by default, all processes together."""
    per_day: int | None = None
    """Numbers that may be asked for a day by default; None: the house's own default."""
    track_at_once: int = 1
    """Numbers that one query takes (`Client.track_many`)."""
    tells_own: bool = False
    """Numbers taken through it are pushed without a subscription."""
    sandbox: str | None = None
    other_hosts: tuple[str, ...] = ()
    """Servers it is reached at besides those of `endpoint` and `sandbox`."""
    sources: tuple[str, ...] = ()
    """Public documents the protocol was read from."""
    notes_zh: str = ""
    notes_en: str = ""
    """What an operator should know before going live."""

    @property
    def hosts(self) -> frozenset[str]:
        """The courier's own servers, by name."""
        named = (urlsplit(url).hostname for url in (self.endpoint, self.sandbox) if url)
        return frozenset((*(host for host in named if host), *self.other_hosts))

    def carries(self, courier: str) -> bool:
        """Whether it serves a courier of the catalogue."""
        # Couriers that KDNiao does not know have codes with a dot (see `couriers.catalogue`).
        return "." not in courier if self.couriers is None else courier in self.couriers

    def does(self, what: Capability, courier: str) -> bool:
        """Whether it can do something for a courier."""
        return (
            what in self.can
            and self.carries(courier)
            and (what not in self.only or courier in self.only[what])
        )

    @property
    def must_subscribe(self) -> bool:
        """Whether a number taken through it must be subscribed, to be pushed or asked for."""
        return "subscribe" in self.can and not self.tells_own


def unsupported(what: Capability) -> CourierError:
    """The protocol has no such call."""
    return CourierError("unsupported", what)
