"""The process that karrio lives in: a question per line of input, an answer per line of output.

It is started on demand and ends when its input does (or after a while without questions), so that
neither the web process nor a worker ever loads karrio.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

CREDENTIALS: Mapping[str, tuple[str, str]] = {
    "dhl_universal": ("consumer_key", "consumer_secret"),
    "fedex": ("track_api_key", "track_secret_key"),
    "ups": ("client_id", "client_secret"),
    "usps": ("client_id", "client_secret"),
}
"""What karrio calls a carrier's key and secret."""


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Tracks of the numbers asked for, and the carrier's messages."""
    import karrio.sdk as karrio
    from karrio import lib
    from karrio.core.models import TrackingRequest

    carrier = question["carrier"]
    key, secret = CREDENTIALS[carrier]
    settings = {key: question["public_id"], secret: question["secret"]}
    gateway = karrio.gateway[carrier].create({**settings, "test_mode": question["test"]})
    asked = TrackingRequest(tracking_numbers=question["numbers"])
    tracks, messages = karrio.Tracking.fetch(asked).from_(gateway).parse()
    return {"tracks": lib.to_dict(tracks), "messages": lib.to_dict(messages)}


def main() -> int:
    """Answer until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr  # libraries may print; answers alone go out
    try:
        import karrio.sdk  # noqa: F401
    except ImportError as error:
        out.write(json.dumps({"missing": str(error)}) + "\n")
        out.flush()
        return 1
    for line in sys.stdin:
        out.write(json.dumps(answer(json.loads(line)), default=str) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
