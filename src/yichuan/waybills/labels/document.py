"""A PDF file: numbered objects, pages, cross references (ISO 32000-1, 7.5).

Labels need ten objects and nothing that a PDF library is for: one took a third of a label's time
and 10 MB of every web process.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

_COMPRESSION = 1
"""zlib level: 1 is three times as fast as 6 for a subset a tenth bigger."""
_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
"""The second line tells transports that the file is binary."""


class Document:
    """Collects objects; a reference is the text that stands for one inside others."""

    def __init__(self, title: str, producer: str) -> None:
        """Title and producer in ASCII without parentheses."""
        self._objects: list[bytes] = []
        self._pages: list[str] = []
        self._fonts: dict[str, str] = {}
        self._catalog, self._tree, self._resources = (self._reserve() for _ in range(3))
        self._info = self.add(
            f"<< /Title ({title}) /Producer ({producer}) /Creator ({producer}) >>"
        )

    def _reserve(self) -> str:
        """A reference to an object that is written at the end."""
        self._objects.append(b"")
        return f"{len(self._objects)} 0 R"

    def add(self, body: str) -> str:
        """Add an object; its reference."""
        self._objects.append(body.encode("ascii"))
        return f"{len(self._objects)} 0 R"

    def add_stream(self, content: bytes, entries: str = "") -> str:
        """Add a compressed stream with further dictionary entries; its reference."""
        data = zlib.compress(content, _COMPRESSION)
        head = f"<< /Filter /FlateDecode /Length {len(data)} {entries}>>\nstream\n"
        self._objects.append(b"%b%b\nendstream" % (head.encode("ascii"), data))
        return f"{len(self._objects)} 0 R"

    def add_page(self, width: float, height: float, content: bytes) -> None:
        """Add a page of so many points, drawn by a content stream."""
        stream = self.add_stream(content)
        self._pages.append(
            self.add(
                f"<< /Type /Page /Parent {self._tree} /MediaBox [0 0 {width:.4f} {height:.4f}]"
                f" /Resources {self._resources} /Contents {stream} >>"
            )
        )

    def use_fonts(self, fonts: Mapping[str, str]) -> None:
        """References of font dictionaries by the names that content streams use."""
        self._fonts.update(fonts)

    def data(self) -> bytes:
        """The file. The same calls give the same bytes."""
        kids, fonts = " ".join(self._pages), " ".join(f"/{n} {r}" for n, r in self._fonts.items())
        last = (
            f"<< /Type /Catalog /Pages {self._tree} >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>",
            f"<< /ProcSet [/PDF /Text] /Font << {fonts} >> >>",
        )
        bodies = [*(body.encode("ascii") for body in last), *self._objects[len(last) :]]
        parts, places, position = [_HEADER], ["0000000000 65535 f \n"], len(_HEADER)
        for number, body in enumerate(bodies, 1):
            part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
            places.append(f"{position:010d} 00000 n \n")
            parts.append(part)
            position += len(part)
        count = len(places)
        parts.append(
            f"xref\n0 {count}\n{''.join(places)}trailer\n<< /Size {count} /Root {self._catalog}"
            f" /Info {self._info} >>\nstartxref\n{position}\n%%EOF\n".encode("ascii")
        )
        return b"".join(parts)
