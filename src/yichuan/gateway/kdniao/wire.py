"""A call as it comes over the wire, and an answer as it goes back. Pure.

Field names are matched in any letter case and values are forgiven their type: KDNiao's own demos
and most clients in the field write both ways. Answers are JSON and nothing else; errors come with
HTTP 200, `Success` false and a ResultCode (bububa/kdniao `config/const.go` @98b0fda4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

import msgspec

from yichuan.core.clock import CHINA
from yichuan.couriers.connectors.kdniao.lenient import Json, lenient_json
from yichuan.couriers.connectors.kdniao.sign import verified
from yichuan.couriers.connectors.times import courier_time

Answer = dict[str, Any]

OK: Final = "100"
MISSING: Final = "101"
BAD_SIGNATURE: Final = "102"
BAD_FORMAT: Final = "103"
BAD_USER: Final = "104"
OTHER: Final = "105"
REPEATED: Final = "106"
BAD_DATA: Final = "401"
NO_NUMBER: Final = "402"
BAD_NUMBER: Final = "403"
TOO_OFTEN: Final = "405"

WITHOUT_RESULT_CODE: Final = frozenset({"1002"})
"""Whose answers strict readers refuse when they carry one (litemall's ExpressInfo)."""
MAX_TEXT: Final = 1000
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class CallError(Exception):
    """A refusal with KDNiao's ResultCode and a reason in Chinese."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def refuse(code: str, reason: str) -> NoReturn:
    """Refuse a call.

    Raises:
        CallError: always.
    """
    raise CallError(code, reason)


@dataclass(frozen=True, slots=True)
class System:
    """The system parameters 系统级参数 of a call."""

    data: bytes
    ebusiness_id: str
    request_type: str
    sign: bytes


def system_of(fields: Mapping[str, bytes]) -> System:
    """The system parameters of a form.

    Raises:
        CallError: 101, one is missing.
    """
    found = {name.strip().lower(): value for name, value in fields.items()}
    for name in ("RequestData", "EBusinessID", "RequestType", "DataSign"):
        if not found.get(name.lower(), b"").strip():
            refuse(MISSING, f"缺少必要参数：{name}")
    return System(
        found["requestdata"],
        _word(found["ebusinessid"]),
        _word(found["requesttype"]).upper(),
        found["datasign"],
    )


def named(fields: Mapping[str, bytes], name: str) -> str:
    """A short field of a form that may be unreadable otherwise, for the refusal."""
    return next((_word(v) for k, v in fields.items() if k.strip().lower() == name.lower()), "")


def _word(raw: bytes) -> str:
    text = _UNSTORABLE.sub("", raw.decode("utf-8", "replace")).strip()
    return text[:40]


def read_data(system: System, secret: str) -> Fields:
    """RequestData once its signature is right.

    Raises:
        CallError: 102 wrong signature, 401 not JSON or no object.
    """
    right = verified(system.data, system.sign, secret)
    if right is None:
        refuse(BAD_SIGNATURE, "数据签名验证失败")
    try:
        data = lenient_json(right)
    except (ValueError, RecursionError):
        refuse(BAD_DATA, "RequestData格式有误")
    if not isinstance(data, dict):
        refuse(BAD_DATA, "RequestData格式有误")
    return Fields(lowered(data), "")


def lowered(data: Mapping[str, Json]) -> dict[str, Json]:
    """Keys in lower case; the last of a name wins."""
    return {key.lower(): value for key, value in data.items()}


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object; `path` names it in refusals."""

    data: Mapping[str, Json] = field(default_factory=dict)
    """Keys in lower case."""
    path: str = ""

    def text(self, name: str, limit: int = MAX_TEXT) -> str:
        """A string without characters that cannot be stored; numbers count as text; "" if absent.

        Raises:
            CallError: 103, longer than `limit` characters.
        """
        value = self.data.get(name.lower())
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        found = _UNSTORABLE.sub("", str(value)).strip()
        if len(found) > limit:
            refuse(BAD_FORMAT, f"{self.path}{name}超过{limit}个字符")
        return found

    def need(self, name: str, limit: int = MAX_TEXT) -> str:
        """A string that must be there.

        Raises:
            CallError: 101, 103.
        """
        return self.text(name, limit) or refuse(MISSING, f"缺少必要参数：{self.path}{name}")

    def decimal(self, name: str) -> Decimal | None:
        """A number, also as a string; None when absent, empty or 0.

        Raises:
            CallError: 103, no number, negative, or beyond all reason.
        """
        value = self.text(name, 40)
        if not value:
            return None
        try:
            found = Decimal(value)
        except InvalidOperation:
            refuse(BAD_FORMAT, f"格式问题：{self.path}{name}")
        if not found.is_finite() or not 0 <= found < 10**9:
            refuse(BAD_FORMAT, f"格式问题：{self.path}{name}")
        return found or None

    def whole(self, name: str, default: int) -> int:
        """A whole number, also as a string or as 1.0.

        Raises:
            CallError: 103.
        """
        found = self.decimal(name)
        return int(found) if found is not None else (0 if self.text(name) else default)

    def yes(self, name: str, default: bool = False) -> bool:
        """A switch 0/1, also true/false."""
        value = self.data.get(name.lower())
        if value is None or value == "":
            return default
        return str(value).strip().lower() in {"1", "1.0", "true", "yes"}

    def time(self, name: str) -> datetime | None:
        """A time of China; None when absent.

        Raises:
            CallError: 103.
        """
        value = self.text(name, 40)
        if not value:
            return None
        try:
            return courier_time(value)
        except (ValueError, OverflowError):
            refuse(BAD_FORMAT, f"格式问题：{self.path}{name}")

    def inside(self, name: str) -> Fields:
        """An object that must be there.

        Raises:
            CallError: 101.
        """
        value = self.data.get(name.lower())
        if not isinstance(value, dict):
            refuse(MISSING, f"缺少必要参数：{self.path}{name}")
        return Fields(lowered(value), f"{self.path}{name}.")

    def each(self, *names: str) -> list[Fields]:
        """An array of objects under the first of these names that has any; one object counts."""
        for name in names:
            value = self.data.get(name.lower())
            found = value if isinstance(value, list) else [value]
            rows = [Fields(lowered(v), f"{self.path}{name}.") for v in found if isinstance(v, dict)]
            if rows:
                return rows
        return []


def grams(kilograms: Decimal | None) -> int | None:
    """Kilograms as whole grams, at least one."""
    return None if kilograms is None else max(1, int(kilograms * 1000))


def stamp(at: datetime) -> str:
    """A time as the protocol writes it: China's, without a zone."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def refusal(ebusiness_id: str, request_type: str, error: CallError) -> Answer:
    """The protocol's failure answer."""
    answer: Answer = {"EBusinessID": ebusiness_id, "Success": False}
    if request_type not in WITHOUT_RESULT_CODE:
        answer["ResultCode"] = error.code
    return answer | {"Reason": error.reason}


def encode(answer: Answer) -> bytes:
    """The body: JSON in UTF-8, without a byte order mark."""
    return msgspec.json.encode(answer)
