"""What may be printed at all. Broken: a label without a number, or an address said twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from waybills.labels.samples import PLAIN
from yichuan.waybills.labels.model import Contact, Size


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (Contact("", "", "文一路1号", "浙江省", "杭州市", "余杭区"), "浙江省杭州市余杭区文一路1号"),
        (Contact("", "", "人民路1号", "北京市", "北京市", "东城区"), "北京市东城区人民路1号"),
        (Contact("", "", "浙江省杭州市余杭区文一路1号", "浙江省", "杭州市", "余杭区"),
         "浙江省杭州市余杭区文一路1号"),
        (Contact("", "", "文一路1号"), "文一路1号"),
    ],
)  # fmt: skip
def test_full_address_names_each_level_once(contact: Contact, expected: str) -> None:
    """Municipalities and addresses that already begin with the region."""
    assert contact.full_address == expected


@pytest.mark.parametrize(
    "change",
    [
        {"waybill_number": " "},
        {"print_time": datetime(2025, 1, 1)},  # noqa: DTZ001
        {"child_index": 3, "child_total": 2},
        {"child_index": 0},
        {"weight_g": -1},
        {"cod_fen": -1},
    ],
)
def test_impossible_labels_are_refused(change: dict[str, Any]) -> None:
    """At the door, not on paper."""
    with pytest.raises(ValueError):
        replace(PLAIN, **change)


def test_sizes_in_millimetres() -> None:
    """The names are the paper's."""
    assert [size.mm for size in Size] == [(76, 130), (100, 150), (100, 180)]
