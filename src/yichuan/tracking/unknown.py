"""What nobody could read: codes that no table knows, and texts by their shape. Operators map them.

A mapping is asked after tables and texts have said nothing, so it never overrules what is known.
It counts for the connector and courier that sent it: the next courier's `7` is another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from yichuan.core.database import WriteSession
from yichuan.core.errors import Invalid
from yichuan.core.jobs import defer
from yichuan.couriers import service as couriers
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.tracking.details import NONE, details
from yichuan.tracking.normalise import detail_of_event
from yichuan.tracking.redact import redact

TEXT: Final = "text:"
"""Before the shape of a text, which stands in the place of a code."""
MAX_SHAPE: Final = 60
MAX_CODE: Final = 40
TASK, QUEUE = "reread_tracks", "tracking"

_VARYING = re.compile(r"(?:[【\[(（][^】\])）]*[】\])）]|[\dA-Za-z*:：,，.。\s-]+)+")


def shape(text: str) -> str:
    """A text without what differs from parcel to parcel: names, digits, signs.

    The same for a text as it came and as it is stored, whatever was masked in it.
    """
    return TEXT + _VARYING.sub("_", redact(text.strip(), "delivered"))[:MAX_SHAPE]


def read(text: str, code: str | None, coded: str | None, mapped: Mapping[str, str]) -> str:
    """The detail of an event: by text and table, and where both are mute by an operator's mapping.

    `coded` is what the code means by its table; `mapped` the mappings of its connector and courier.
    """
    if coded is None and code is not None:
        coded = mapped.get(code[:MAX_CODE])
    detail = detail_of_event(text, coded)
    return mapped.get(shape(text), NONE) if detail == NONE and mapped and text else detail


def unread(
    text: str, code: str | None, coded: str | None, detail: str, mapped: Mapping[str, str]
) -> list[str]:
    """What of an event is to be counted as unknown: its code, the shape of its text, or neither.

    `detail` is what `read` made of it; what an operator mapped, be it to `none`, is known.
    """
    found: list[str] = []
    if code is not None and coded is None and code[:MAX_CODE] not in mapped:
        found.append(code[:MAX_CODE])
    if detail == NONE and text and coded is None and shape(text) not in mapped:
        found.append(shape(text))
    return found


async def map_code(
    session: WriteSession,
    caller: Caller,
    connector: str,
    courier: str,
    code: str,
    detail: str | None,
) -> None:
    """Map an unknown code or shape to a detail (`none`: it says nothing), or take that back (None).

    New events are read by it at once; those of open tracks are read again by a job.

    Raises:
        NotFound: never seen.
        Invalid: no such detail.
    """
    if detail is not None and detail not in details():
        raise Invalid(f"no detail {detail!r}", field="detail")
    before = await couriers.map_unknown(session, connector, courier, code, detail)
    if before == detail:
        return
    action = "unknown_code.unmapped" if detail is None else "unknown_code.mapped"
    target = f"{connector}/{courier}/{code}"
    await identity.audit(session, caller, action, target, None, detail=detail, before=before)
    await defer(
        session,
        TASK,
        queue=QUEUE,
        lock=f"{TASK}:{courier}",
        connector=connector,
        courier=courier,
        code=code,
        before=before,
    )
