"""SF's digital signature 数字签名 (the standard one: 标准 MD5)."""

from __future__ import annotations

from urllib.parse import quote_plus

from yichuan.couriers.connectors.digests import md5_base64


def msg_digest(msg_data: str, timestamp: str, checkword: str) -> str:
    """Base64 of the MD5 bytes over the form-encoded text, as Java's URLEncoder writes it.

    Java leaves `*` as it is and escapes `~`; Python and PHP do not agree with it on both.
    Recipe: open.sf-express.com/developSupport/976720 (authId=1); verified by running
    mr-xiaoyu/express-java-tools (express-java-sf, DigestUtil) and 1101124154/sf-express-sdk.
    """
    text = quote_plus(msg_data + timestamp + checkword, safe="*").replace("~", "%7E")
    return md5_base64(text)
