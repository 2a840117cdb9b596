"""JSON as KDNiao's callers write it: strict first, a forgiving reader only where that fails.

KDNiao's official demos send single-quoted strings, duplicate keys and trailing commas, and
several shops still do in production; the last duplicate wins.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 32
MAX_TEXT = 4 * 1024 * 1024

_SPACE = re.compile(r"[\s\ufeff]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_PLAIN = {"'": re.compile(r"[^'\\]*"), '"': re.compile(r'[^"\\]*')}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WORDS: dict[str, bool | None] = {
    "true": True, "false": False, "null": None, "none": None, "undefined": None,
}  # fmt: skip


def lenient_json(raw: bytes | str) -> Json:
    """Read JSON, forgiving quotes, trailing commas, bare keys, a BOM and broken UTF-8.

    Raises:
        ValueError: it cannot be read even so, is nested deeper than 32, or has trailing text.
    """
    try:
        strict: Json = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        return _Reader(text).document()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return strict


def _paired(text: str) -> str:
    """Join surrogate pairs written as two escapes; a lone half becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """A recursive-descent reader over one text."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise ValueError("text too long")
        self.text = text
        self.at = 0

    def document(self) -> Json:
        value = self._value(0)
        if self._peek():
            raise ValueError(f"unexpected text at {self.at}")
        return value

    def _peek(self) -> str:
        """The next character that is not space, "" at the end."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _take(self, wanted: str) -> bool:
        if self._peek() != wanted:
            return False
        self.at += 1
        return True

    def _value(self, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
        head = self._peek()
        if head == "{":
            return self._object(depth)
        if head == "[":
            return self._array(depth)
        if head in _PLAIN:
            return self._string(head)
        return self._scalar()

    def _object(self, depth: int) -> dict[str, Json]:
        self.at += 1
        found: dict[str, Json] = {}
        while not self._take("}"):
            head = self._peek()
            key = self._string(head) if head in _PLAIN else self._match(_WORD, "a key")
            if not self._take(":"):
                raise ValueError(f"expected ':' at {self.at}")
            found[key] = self._value(depth + 1)
            if not self._take(",") and self._peek() != "}":
                raise ValueError(f"expected ',' or '}}' at {self.at}")
        return found

    def _array(self, depth: int) -> list[Json]:
        self.at += 1
        found: list[Json] = []
        while not self._take("]"):
            found.append(self._value(depth + 1))
            if not self._take(",") and self._peek() != "]":
                raise ValueError(f"expected ',' or ']' at {self.at}")
        return found

    def _string(self, quote: str) -> str:
        self.at += 1
        pieces: list[str] = []
        while True:
            pieces.append(self._match(_PLAIN[quote], "a string"))
            head = self.text[self.at : self.at + 1]
            self.at += 1
            if head == quote:
                return _paired("".join(pieces))
            if head != "\\":
                raise ValueError("string without end")
            pieces.append(self._escape())

    def _escape(self) -> str:
        head = self.text[self.at : self.at + 1]
        self.at += 1
        if head != "u":
            return _ESCAPES.get(head, head)
        code = self.text[self.at : self.at + 4]
        self.at += 4
        return chr(int(code, 16))

    def _scalar(self) -> Json:
        if self._peek() in "-0123456789":
            number = self._match(_NUMBER, "a number")
            return int(number) if number.lstrip("-").isdigit() else float(number)
        word = self._match(_WORD, "a value")
        if word.lower() not in _WORDS:
            raise ValueError(f"unexpected word {word[:20]!r} at {self.at}")
        return _WORDS[word.lower()]

    def _match(self, pattern: re.Pattern[str], what: str) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"expected {what} at {self.at}")
        self.at = match.end()
        return match.group()
