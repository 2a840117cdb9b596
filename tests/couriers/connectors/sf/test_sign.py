"""SF's digital signature. If it broke, SF would answer every call with A1006.

Vectors: outputs of other people's clients, run unchanged on these inputs: mr-xiaoyu/
express-java-tools (express-java-sf, DigestUtil.java) and 1101124154/sf-express-sdk (src/Client.php;
its message is docs/examples/02.order.query.json). PHP and Java differ on `*`: Java is SF's own.
"""

from __future__ import annotations

import pytest

from yichuan.couriers.connectors.sf.sign import msg_digest

QUERY = '{\n\t"searchType": "1",\n\t"orderId": "QIAO-20200605-003",\n\t"language": "zh-cn"\n}'


@pytest.mark.parametrize(
    ("message", "checkword", "digest"),
    [
        (QUERY, "pRfZ8key", "99MKJ6/8qLwg8ChMbDnsNw=="),  # PHP and Java
        ('{"a":"深圳 b~c\'d(1)!"}', "pRfZ8key", "HH84cZM3RituaMT+JlSV3A=="),  # PHP and Java
        ('{"a":"深圳 *b~c\'d(1)!"}', "pRfZ*key", "aVP0kbmM7MLIrESX7vb/8g=="),  # Java
    ],
)
def test_other_peoples_signatures(message: str, checkword: str, digest: str) -> None:
    """Chinese, blanks and the characters on which the languages' encoders differ."""
    assert msg_digest(message, "1600000000", checkword) == digest
