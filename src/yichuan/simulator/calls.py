"""What every instruction of the simulated KDNiao door has in common: fields, codes, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from yichuan.simulator.wire import beijing

Answer = dict[str, object]
OK = "100"
MISSING = "101"
BAD_SIGNATURE = "102"
BAD_FORMAT = "103"
BAD_USER = "104"
OTHER = "105"
REPEATED = "106"
BAD_DATA = "401"
NO_NUMBER = "402"


class CallError(Exception):
    """A refusal with KDNiao's result code and a reason in Chinese."""

    def __init__(self, code: str, reason: str) -> None:
        """`code` is a ResultCode of the protocol."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object whose keys are lower-cased; `path` names it in refusals."""

    data: Mapping[str, object] = field(default_factory=dict)
    path: str = ""

    def text(self, name: str) -> str:
        """A string; numbers are taken as text; nothing when absent or null."""
        value = self.data.get(name.lower())
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value).strip()

    def need(self, name: str) -> str:
        """A string that must be there.

        Raises:
            CallError: 101.
        """
        value = self.text(name)
        if not value:
            raise CallError(MISSING, f"缺少必要参数：{self.path}{name}")
        return value

    def whole(self, name: str, default: int) -> int:
        """A whole number; numbers may come as strings.

        Raises:
            CallError: 103.
        """
        value = self.text(name)
        try:
            return int(float(value)) if value else default
        except (ValueError, OverflowError):
            raise CallError(BAD_FORMAT, f"格式问题：{self.path}{name}") from None

    def inside(self, name: str) -> Fields:
        """An object that must be there.

        Raises:
            CallError: 101.
        """
        value = self.data.get(name.lower())
        if not isinstance(value, dict):
            raise CallError(MISSING, f"缺少必要参数：{self.path}{name}")
        return Fields(value, f"{self.path}{name}.")

    def each(self, name: str) -> list[Fields]:
        """An array of objects; a single object counts as an array of one."""
        value = self.data.get(name.lower())
        found = value if isinstance(value, list) else [value]
        return [Fields(v, f"{self.path}{name}.") for v in found if isinstance(v, dict)]


@dataclass(frozen=True, slots=True)
class Call:
    """A verified call."""

    ebusiness_id: str
    request_type: str
    data: Fields
    now: datetime


def refusal(ebusiness_id: str, error: CallError, keys: Iterable[str] = ()) -> Answer:
    """The protocol's failure answer; `keys` are left out of the usual ones."""
    answer: Answer = {
        "EBusinessID": ebusiness_id,
        "Success": False,
        "ResultCode": error.code,
        "Reason": error.reason,
    }
    return {k: v for k, v in answer.items() if k not in set(keys)}


def stamp(now: datetime) -> str:
    """UpdateTime of the protocol."""
    return beijing(now)
