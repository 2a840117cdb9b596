"""DataSign: base64(md5hex(RequestData + AppKey)), and its verification over the received text.

Source: the manual's system parameters (apifox.com docs-site 2538027) and KDNiao's own article on
signature and IP check (blog.csdn.net/KuaiDNiao/article/details/122703337).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import unquote_to_bytes

from yichuan.couriers.connectors.form import percent_decode


def data_sign(request_data: str | bytes, app_key: str) -> str:
    """The signature, before the form encodes its one `=`. Always 44 characters."""
    raw = request_data.encode() if isinstance(request_data, str) else request_data
    digest = hashlib.md5(raw + app_key.encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode("ascii")).decode("ascii")


def verified(request_data: bytes, signature: str | bytes, app_key: str) -> bytes | None:
    """The RequestData whose signature is right, or None.

    Clients in the field encode RequestData once or twice, so three readings of the form value are
    tried in this order: as it is; percent-decoded once more with `+` kept (encodeURIComponent);
    percent-decoded once more with `+` as space (PHP urlencode). The signature itself may be
    encoded twice as well. Every comparison takes the same time whether it matches or not.
    """
    given = signature.encode() if isinstance(signature, str) else signature
    if b"%" in given:
        given = unquote_to_bytes(given)
    given = given.strip()
    if _matches(request_data, given, app_key):
        return request_data
    if b"%" not in request_data and b"+" not in request_data:
        return None
    for plus_is_space in (False, True):
        again = percent_decode(request_data, plus_is_space=plus_is_space)
        if _matches(again, given, app_key):
            return again
    return None


def _matches(request_data: bytes, given: bytes, app_key: str) -> bool:
    return hmac.compare_digest(data_sign(request_data, app_key).encode("ascii"), given)
