"""Reconciliation 对账: what a bill line should cost, the difference, and the reason for it.

A line is priced on the cost cards as the courier states it (its weight and destination) and as we
know the shipment (ours); the comparison names the reason. Amounts are fen, weights grams.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter

from yichuan.rating.cards import RateBook, ShipmentToRate, china_day
from yichuan.rating.price import MISSES, Miss, Quote, kg_text, quote_book, yuan_text
from yichuan.rating.rows import BillRow
from yichuan.rating.rules import city_key, province_key


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding. `explained`: we know where the amount comes from; `claim`: to be disputed."""

    code: str
    explained: bool
    claim: bool
    zh: str
    en: str


REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("match", True, False, "一致", "as expected"),
        Reason("discount", True, False, "另有折扣", "a discount beyond the card"),
        Reason(
            "weight_rounded_up",
            True,
            True,
            "计费重量多进位",
            "weight rounded up beyond the contract",
        ),
        Reason(
            "weight_higher_than_ours",
            True,
            True,
            "计费重量高于我方称重",
            "heavier than our scale says",
        ),
        Reason("wrong_zone", True, True, "目的地区与我方不符", "billed to another destination"),
        Reason("duplicate", True, True, "重复计费", "billed before"),
        Reason("unknown_surcharge", False, True, "价卡没有的附加费", "a surcharge not on the card"),
        Reason("bill_arithmetic", False, True, "账单行加总不符", "the line's parts do not add up"),
        Reason("not_our_shipment", False, True, "非我方包裹", "no shipment of ours"),
        Reason(
            "wrong_courier",
            False,
            True,
            "该包裹由其他快递公司承运",
            "we shipped it with another courier",
        ),
        Reason(
            "other_rates",
            False,
            False,
            "账单整体与价卡不符，请核对价卡",
            "the bill follows other rates than the card: check the card first",
        ),
        Reason("overcharged", False, True, "多收，原因不明", "too much, no reason found"),
        Reason("undercharged", False, False, "少收，原因不明", "too little, no reason found"),
        Reason("no_rate", False, False, "没有适用的运价", "no rate for the line"),
        Reason(
            "no_weight", False, False, "账单与我方都没有重量", "neither bill nor we have a weight"
        ),
    )
}

RECURRING_LINES = 5
RECURRING_SHARE = 50
"""A difference found on at least this many lines of a courier's month, and on one in this many,
is taken for a standing surcharge or discount."""
TRUSTED_SHARE = 2
"""A card is trusted for a courier's month if one line in this many agrees with it, or differs by
one and the same amount. A card that is not trusted gives no ground for claims."""
SCALE_TOLERANCE_G = 50
"""Difference between two scales that is not worth a claim."""


_content = attrgetter(*(set(BillRow.__struct_fields__) - {"bill_no", "bill_month"}))
"""What a line says, whichever bill it stands on."""


@dataclass(frozen=True, slots=True)
class OurShipment:
    """What we know of a shipment that a bill may name."""

    shipment_no: str
    courier: str = ""
    waybill_number: str = ""
    province: str = ""
    city: str = ""
    weight_g: int | None = None
    merchant: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class BillCheck:
    """The finding on one bill line; `difference_fen` is billed minus expected."""

    index: int
    reason: str
    due_fen: int
    expected_fen: int | None
    chargeable_weight_g: int | None = None
    note_zh: str = ""
    note_en: str = ""

    @property
    def difference_fen(self) -> int | None:
        """Billed minus expected; None where nothing can be expected."""
        return None if self.expected_fen is None else self.due_fen - self.expected_fen


@dataclass(frozen=True, slots=True)
class _Line:
    index: int
    bill: BillRow
    ours: OurShipment | None


Destination = tuple[str, str]


@dataclass(slots=True)
class Reconciler:
    """Checks bill lines one after the other; lines seen before count for duplicates.

    Without `shipments` (None) only the bill itself is checked against the cards.
    """

    book: RateBook
    shipments: Iterable[OurShipment] | None = None
    origin_province: str = ""
    role: str = "cost"
    tolerance_g: int = SCALE_TOLERANCE_G
    _by_number: dict[str, OurShipment] = field(default_factory=dict)
    _by_waybill: dict[tuple[str, str], OurShipment] = field(default_factory=dict)
    _seen: set[object] = field(default_factory=set)
    _waybills: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for shipment in self.shipments or ():
            self._by_number[shipment.shipment_no] = shipment
            if shipment.waybill_number:
                self._by_waybill[shipment.courier, shipment.waybill_number] = shipment

    def check(self, index: int, bill: BillRow) -> BillCheck:
        """The finding on one line."""
        line = _Line(index, bill, self._ours(bill))
        for step in (self._duplicate, self._not_ours, self._wrong_courier, self._second_line):
            found = step(line)
            if found is not None:
                return found
        return self._priced(line)

    def _ours(self, bill: BillRow) -> OurShipment | None:
        found = self._by_number.get(bill.shipment_no or "")
        return found or self._by_waybill.get((bill.courier, bill.waybill_number or ""))

    def _duplicate(self, line: _Line) -> BillCheck | None:
        bill = line.bill
        if not (bill.waybill_number or bill.shipment_no):
            return None
        same = _content(bill)
        if same in self._seen:
            return BillCheck(line.index, "duplicate", bill.due_fen, 0)
        self._seen.add(same)
        return None

    def _not_ours(self, line: _Line) -> BillCheck | None:
        if self.shipments is None or line.ours is not None:
            return None
        return BillCheck(line.index, "not_our_shipment", line.bill.due_fen, 0)

    def _wrong_courier(self, line: _Line) -> BillCheck | None:
        ours = line.ours
        if ours is None or not ours.courier or ours.courier == line.bill.courier:
            return None
        note = f"{ours.courier} ≠ {line.bill.courier}"
        return BillCheck(
            line.index, "wrong_courier", line.bill.due_fen, 0, note_zh=note, note_en=note
        )

    def _second_line(self, line: _Line) -> BillCheck | None:
        """A further amount for a waybill already billed: a charge beside the freight."""
        bill = line.bill
        if not bill.waybill_number:
            return None
        key = (bill.courier, bill.waybill_number)
        if key not in self._waybills:
            self._waybills.add(key)
            return None
        reason = "unknown_surcharge" if bill.due_fen > 0 else "discount"
        return BillCheck(
            line.index,
            reason,
            bill.due_fen,
            0,
            note_zh="同一运单的另一行",
            note_en="a further line of the same waybill",
        )

    def _priced(self, line: _Line) -> BillCheck:
        bill, ours = line.bill, line.ours
        weight = bill.raw_weight_g or bill.billed_weight_g or (ours.weight_g if ours else None)
        due = bill.due_fen
        if weight is None:
            return BillCheck(line.index, "no_weight", due, None)
        billed_to = billed_destination(bill, ours)
        quote = self._price(line, billed_to, weight)
        if isinstance(quote, Miss):
            zh, en = MISSES[quote.reason]
            return BillCheck(line.index, "no_rate", due, None, note_zh=zh, note_en=en)
        if due == quote.total_fen:
            return self._agreed(line, quote, billed_to, weight)
        return self._disputed(line, quote, billed_to, weight)

    def _price(self, line: _Line, to: Destination, weight_g: int) -> Quote | Miss:
        bill = line.bill
        shipment = ShipmentToRate(
            courier=bill.courier,
            weight_g=weight_g,
            province=to[0],
            city=to[1],
            origin_province=self.origin_province,
            service=line.ours.service if line.ours else "",
            volume_cm3=bill.volume_cm3 or 0,
            merchant=line.ours.merchant if line.ours and self.role == "price" else "",
            shipped_on=china_day(bill.shipped_at) or month_day(bill.bill_month),
        )
        return quote_book(self.book, shipment, self.role)

    def _fen(self, line: _Line, to: Destination, weight_g: int) -> int | None:
        found = self._price(line, to, weight_g)
        return None if isinstance(found, Miss) else found.total_fen

    def _agreed(
        self, line: _Line, quote: Quote, billed_to: Destination, weight_g: int
    ) -> BillCheck:
        """The card gives the billed amount for the courier's facts: are they also ours?"""
        ours, due = line.ours, line.bill.due_fen
        charged = quote.chargeable_weight_g
        our_place = _own_destination(ours)
        if ours and our_place and not _same(our_place, billed_to):
            right = self._fen(line, our_place, weight_g)
            if right is not None and right != due:
                note = f"{_text(billed_to)} ≠ {_text(our_place)}"
                return BillCheck(line.index, "wrong_zone", due, right, charged, note, note)
        if ours and ours.weight_g and weight_g > ours.weight_g + self.tolerance_g:
            right = self._fen(line, billed_to, ours.weight_g)
            if right is not None and right < due:
                note = f"{kg_text(weight_g)} kg > {kg_text(ours.weight_g)} kg"
                return BillCheck(
                    line.index, "weight_higher_than_ours", due, right, charged, note, note
                )
        return BillCheck(
            line.index,
            "match",
            due,
            due,
            charged,
            note_zh=quote.explanation_zh,
            note_en=quote.explanation_en,
        )

    def _disputed(
        self, line: _Line, quote: Quote, billed_to: Destination, weight_g: int
    ) -> BillCheck:
        """The card gives another amount: the first of these that accounts for the difference."""
        bill, due, expected = line.bill, line.bill.due_fen, quote.total_fen
        reason = "overcharged" if due > expected else "undercharged"
        note_zh, note_en = quote.explanation_zh, quote.explanation_en
        rounded = bill.billed_weight_g
        our_place = _own_destination(line.ours)
        adjustment = bill.adjustment_fen or 0
        if (
            rounded
            and rounded > weight_g
            and self._fen(line, billed_to, rounded) == due
            and due > expected
        ):
            reason = "weight_rounded_up"
            note_zh = note_en = f"{kg_text(weight_g)} kg → {kg_text(rounded)} kg"
        elif (
            our_place
            and not _same(our_place, billed_to)
            and self._fen(line, our_place, weight_g) == due
        ):
            reason, expected = "match", due
            note_zh = note_en = f"{_text(our_place)}"
        elif adjustment and due - adjustment == expected:
            reason = "unknown_surcharge" if adjustment > 0 else "discount"
            note_zh = note_en = yuan_text(adjustment)
        elif bill.fee_fen is not None and bill.fee_fen + adjustment != due:
            reason = "bill_arithmetic"
            parts = f"{yuan_text(bill.fee_fen)} + {yuan_text(adjustment)} ≠ {yuan_text(due)}"
            note_zh = note_en = parts
        return BillCheck(
            line.index, reason, due, expected, quote.chargeable_weight_g, note_zh, note_en
        )


def billed_destination(bill: BillRow, ours: OurShipment | None) -> Destination:
    """Where the courier says it went; what it leaves out is filled from our shipment.

    Our city is only taken where the bill's province is ours too.
    """
    province, city = bill.province or "", bill.city or ""
    if ours is not None:
        if not province and (not city or city_key(city) == city_key(ours.city)):
            return ours.province, city or ours.city
        if not city and province_key(province) == province_key(ours.province):
            return province, ours.city
    return province, city


def _own_destination(ours: OurShipment | None) -> Destination | None:
    return (ours.province, ours.city) if ours is not None and ours.province else None


def _same(a: Destination, b: Destination) -> bool:
    return province_key(a[0]) == province_key(b[0]) and city_key(a[1]) == city_key(b[1])


def _text(place: Destination) -> str:
    return "/".join(filter(None, place)) or "?"


def month_day(month: str | None) -> date | None:
    """The first day of a month yyyymm."""
    return None if month is None else date(int(month[:4]), int(month[4:]), 1)


def reconcile(
    bills: Sequence[BillRow],
    book: RateBook,
    shipments: Iterable[OurShipment] | None = None,
    *,
    origin_province: str = "",
    tolerance_g: int = SCALE_TOLERANCE_G,
) -> list[BillCheck]:
    """Findings on all lines of bills, in their order.

    Differences that recur in a courier's month become a standing surcharge or discount.
    """
    reconciler = Reconciler(book, shipments, origin_province, tolerance_g=tolerance_g)
    checks = [reconciler.check(index, bill) for index, bill in enumerate(bills)]
    return name_recurring(bills, checks)


_Month = tuple[str, str | None]
_OPEN = {"overcharged": "unknown_surcharge", "undercharged": "discount"}


def name_recurring(bills: Sequence[BillRow], checks: list[BillCheck]) -> list[BillCheck]:
    """Open differences named by what else happened in the courier's month.

    Where the card is not trusted for the month they say no more than that.
    """
    priced: Counter[_Month] = Counter()
    agreed: Counter[_Month] = Counter()
    amounts: dict[_Month, Counter[int]] = defaultdict(Counter)
    for check in checks:
        month = _month(bills[check.index])
        if check.chargeable_weight_g is None or check.difference_fen is None:
            continue
        priced[month] += 1
        agreed[month] += REASONS[check.reason].explained
        if check.reason in _OPEN:
            amounts[month][check.difference_fen] += 1

    def named(check: BillCheck) -> str:
        difference = check.difference_fen
        if check.reason not in _OPEN or difference is None:
            return check.reason
        month = _month(bills[check.index])
        count = amounts[month][difference]
        most = max(agreed[month], *amounts[month].values())
        if most * TRUSTED_SHARE < priced[month]:
            return "other_rates"
        if count >= RECURRING_LINES and count * RECURRING_SHARE >= priced[month]:
            return _OPEN[check.reason]
        return check.reason

    return [replace(check, reason=named(check)) for check in checks]


def _month(bill: BillRow) -> _Month:
    return bill.courier, bill.bill_month


@dataclass(slots=True)
class Tally:
    """Sums over the lines of one courier with one reason."""

    courier: str
    reason: str
    lines: int = 0
    due_fen: int = 0
    expected_fen: int = 0
    difference_fen: int = 0


def summary(bills: Sequence[BillRow], checks: Iterable[BillCheck]) -> list[Tally]:
    """Lines and sums by courier and reason, the most frequent first within a courier."""
    tallies: dict[tuple[str, str], Tally] = {}
    for check in checks:
        courier = bills[check.index].courier
        tally = tallies.setdefault((courier, check.reason), Tally(courier, check.reason))
        tally.lines += 1
        tally.due_fen += check.due_fen
        if check.expected_fen is not None:
            tally.expected_fen += check.expected_fen
            tally.difference_fen += check.due_fen - check.expected_fen
    return sorted(tallies.values(), key=lambda tally: (tally.courier, -tally.lines))


def explained(tallies: Iterable[Tally]) -> dict[str, tuple[int, int]]:
    """Courier → (lines explained, lines)."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for tally in tallies:
        found[tally.courier][0] += tally.lines if REASONS[tally.reason].explained else 0
        found[tally.courier][1] += tally.lines
    return {courier: (known, lines) for courier, (known, lines) in found.items()}
