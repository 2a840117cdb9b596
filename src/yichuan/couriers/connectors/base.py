"""What every connector speaks: values in and out, and the one error it raises.

All of it is plain data. Times are aware and in UTC, weights in grams, volumes in cm³, money in
fen. A connector never touches the database and never decides what an event means for a track.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

import msgspec

Outcome: TypeAlias = Literal["refused", "unknown"]
"""refused: the courier did nothing. unknown: the answer was lost, it may have done it."""

Pay: TypeAlias = Literal["sender", "recipient", "monthly", "third_party"]
"""Who pays the courier: 现付, 到付, 月结, 第三方付."""


class CourierEvent(msgspec.Struct, frozen=True):
    """One scan 轨迹 as the courier tells it. Made by the hundred thousand: a struct, in C."""

    occurred_at: datetime
    """Aware, UTC."""
    text: str
    code: str | None = None
    """The courier's own code of this event, as sent."""
    location: str | None = None
    detail: str | None = None
    """The unified detail its code maps to; None when there is no code or it is not known."""


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """A row or record that could not be used; the rest of the message is unharmed."""

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Who brings a parcel that is out for delivery 派件员: personal data of the courier's staff."""

    name: str
    """Empty when it is not said."""
    phone: str
    """Digits, as dialled within China."""
    extension: str = ""
    """Dialled behind a number that hides the person's own."""
    virtual: bool = False
    """The number hides the person's own and works for this delivery only (虚拟号)."""


@dataclass(frozen=True, slots=True)
class PictureLink:
    """Where a courier has a picture of the delivery."""

    kind: Literal["photo", "signature"]
    url: str
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrackUpdate:
    """What a courier says about one number, usually its whole history."""

    courier: str
    number: str
    events: tuple[CourierEvent, ...]
    order_code: str | None = None
    state: str | None = None
    """The courier's own state of the whole (KDNiao: StateEx, else State)."""
    reason: str | None = None
    """The courier's words when it has nothing to tell or gives up watching the number."""
    rejected: tuple[RejectedEvent, ...] = ()
    ok: bool = True
    """False: the courier has stopped watching, or could not answer; see `reason`."""
    estimated_delivery: date | None = None
    callback: str | None = None
    """The caller's own value, given at subscription and echoed."""
    deliverer: Deliverer | None = None
    """As a field of its own names the person; texts are read elsewhere."""
    pictures: tuple[PictureLink, ...] = ()


@dataclass(frozen=True, slots=True)
class PushBatch:
    """One push: several numbers. `rejected` are records that name no courier or number."""

    updates: tuple[TrackUpdate, ...]
    rejected: tuple[RejectedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Sender or receiver 寄件人/收件人. `mobile` or `tel` must be given."""

    name: str
    province: str
    city: str
    district: str
    address: str
    """Street and house, without province, city and district."""
    mobile: str = ""
    tel: str = ""
    company: str = ""
    street: str = ""
    """Township or street office 乡镇/街道, where it is known apart from `address`."""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """One kind of goods in the box."""

    name: str
    quantity: int = 1
    code: str = ""
    price_fen: int | None = None
    """Price of one piece."""
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class BranchAccount:
    """A waybill account 电子面单客户号: a contract with one branch 网点 of a courier."""

    customer_name: str = ""
    customer_password: str = field(default="", repr=False)
    branch_code: str = ""
    month_code: str = ""
    """月结号."""


@dataclass(frozen=True, slots=True)
class AddedService:
    """An added service 增值服务: COD, INSURE, …"""

    name: str
    value: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class WaybillRequest:
    """Asks a courier for a waybill number 电子面单."""

    order_code: str
    """Ours, unique for ever at the courier: it stays used after a cancellation."""
    courier: str
    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    account: BranchAccount = field(default_factory=BranchAccount)
    exp_type: str = "1"
    """The courier's product; "1" is its standard service."""
    pay: Pay = "monthly"
    weight_g: int | None = None
    volume_cm3: int | None = None
    pieces: int = 1
    """More than one gives a mother number and child numbers 子母件."""
    remark: str = ""
    member_id: str = ""
    """The merchant, where one API user serves a platform of merchants."""
    services: tuple[AddedService, ...] = ()
    subscribe: bool = True
    """Have the number tracked without a separate subscription."""
    callback: str = ""


@dataclass(frozen=True, slots=True)
class WaybillIssued:
    """A number was issued, with what the label must show."""

    number: str
    order_code: str
    courier: str
    courier_order: str | None = None
    """The courier's or aggregator's own order id."""
    mark_destination: str | None = None
    """大头笔: the sorting mark of the destination."""
    origin_code: str | None = None
    origin_name: str | None = None
    destination_code: str | None = None
    destination_name: str | None = None
    sorting_code: str | None = None
    """分拣码."""
    package_code: str | None = None
    """集包码."""
    package_name: str | None = None
    print_template: str | None = None
    """The courier's label as HTML, when it was asked for."""
    child_numbers: tuple[str, ...] = ()
    estimated_delivery: date | None = None
    repeated: bool = False
    """The courier had already issued this number for the same `order_code`."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Numbers left on a waybill account 单号余量."""

    available: int
    total: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The courier will push what happens to the number."""

    courier: str
    number: str
    estimated_delivery: date | None = None


class CourierError(Exception):
    """A courier refused, failed or could not be heard.

    `code` is ours and stable; `courier_code` and `courier_text` are the courier's words.
    `outcome` "unknown" means that the act may have happened: look it up by `order_code` before
    doing it again, or a second number is bought. `retryable` says that the same request may
    succeed later without a person's help.
    """

    def __init__(
        self,
        code: str,
        courier_text: str = "",
        *,
        courier_code: str | None = None,
        retryable: bool = False,
        outcome: Outcome = "refused",
    ) -> None:
        super().__init__(f"{code}: {courier_text}" if courier_text else code)
        self.code = code
        self.courier_code = courier_code
        self.courier_text = courier_text
        self.retryable = retryable
        self.outcome: Outcome = outcome


@dataclass(frozen=True, slots=True)
class PickupRequest:
    """Asks a courier to come for parcels 预约取件; no number is bought by it."""

    order_code: str
    """Ours, unique at the courier."""
    courier: str
    sender: Contact
    receiver: Contact
    goods: tuple[Goods, ...]
    account: BranchAccount = field(default_factory=BranchAccount)
    start: datetime | None = None
    end: datetime | None = None
    """When somebody is there; aware."""
    weight_g: int | None = None
    pieces: int = 1
    number: str = ""
    """The waybill number, where one was taken before."""
    visit: bool = False
    """The parcels carry their labels: somebody is to fetch them, no further number is wanted."""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class PickupBooked:
    """The courier will come."""

    order_code: str
    courier_order: str | None = None
    number: str | None = None
    """A number that the courier allots at once, if any."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A courier that a number may belong to, best first in a list. `courier` is our code."""

    courier: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """From where to where and how heavy: what a courier prices or forecasts."""

    courier: str
    sender: Contact
    receiver: Contact
    weight_g: int
    volume_cm3: int | None = None
    service: str = ""
    account: BranchAccount = field(default_factory=BranchAccount)


@dataclass(frozen=True, slots=True)
class Price:
    """What a courier asks for a lane."""

    courier: str
    service: str
    amount_minor: int
    """Minor units of `currency` (fen, cents)."""
    currency: str = "CNY"
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a courier says it will be there 时效预测."""

    courier: str
    by: datetime
    """Aware, UTC."""
    text: str = ""
