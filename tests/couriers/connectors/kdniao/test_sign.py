"""DataSign. If it broke, every call would be refused, or a forged push believed."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.couriers.connectors.kdniao.sign import data_sign, verified

# Printed in KDNiao's manual (apifox.com docs-site 2538027); the key is the manual's example key.
EXAMPLE = b"{'OrderCode':'','ShipperCode':'SF','LogisticCode':'118954907573'}"
EXAMPLE_KEY = "56da2cf8-c8a2-44b2-b6fa-476cd7d1ba17"
EXAMPLE_SIGN = "OWFhM2I5N2ViM2U2MGRkMjc4YzU2NmVlZWI3ZDk0MmE="


def test_the_manuals_known_answer() -> None:
    """The signature printed in the manual, exactly."""
    assert data_sign(EXAMPLE, EXAMPLE_KEY) == EXAMPLE_SIGN
    assert verified(EXAMPLE, EXAMPLE_SIGN, EXAMPLE_KEY) == EXAMPLE
    assert verified(EXAMPLE, "OWFhM2I5N2ViM2U2MGRkMjc4YzU2NmVlZWI3ZDk0MmE%3D", EXAMPLE_KEY)


@pytest.mark.parametrize("encode", [str, quote, quote_plus])
def test_data_encoded_once_more(encode: type[str]) -> None:
    """Clients that encode RequestData before the form does are believed: .NET, PHP, Node."""
    text = '{"LogisticCode":"1 2+3","Remark":"深圳 50%"}'
    sent = encode(text).encode()
    assert verified(sent, data_sign(text, "key"), "key") == text.encode()


def test_escaped_slashes_and_order_of_keys_are_left_alone() -> None:
    """PHP writes \\/ and \\uXXXX: the text is signed as it stands."""
    text = b'{"b":"http:\\/\\/x","a":"\\u6df1"}'
    assert verified(text, data_sign(text, "key"), "key") == text


@pytest.mark.parametrize(
    "signature", ["", "x", EXAMPLE_SIGN[:-1], EXAMPLE_SIGN.lower(), "深圳", "%"]
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    """Also one that is no base64 and no ASCII."""
    assert verified(EXAMPLE, signature, EXAMPLE_KEY) is None


@given(st.text(max_size=60), st.text(min_size=1, max_size=10), st.integers(0, 59))
def test_a_changed_text_is_refused(text: str, key: str, place: int) -> None:
    """One character more and the signature is wrong."""
    data = text.encode()
    sign = data_sign(data, key)
    assert verified(data, sign, key) == data
    changed = data[:place] + b"\x00" + data[place:]
    assert verified(changed, sign, key) is None
