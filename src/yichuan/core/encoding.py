"""Content in the form that who asks for it understands."""

from __future__ import annotations

from fastapi import Request


def takes_gzip(request: Request) -> bool:
    """Whether packed content may be sent."""
    return "gzip" in request.headers.get("accept-encoding", "")
