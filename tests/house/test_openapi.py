"""docs/openapi.json says what the API really is.

A user would notice a client generated from it that calls a route or a field that is not there.
"""

from __future__ import annotations

import pytest
from scripts.write_openapi import description

from house.source import ROOT


def test_the_described_api_is_the_served_api() -> None:
    """After a change of routes or schemas: `make openapi`."""
    written = ROOT / "docs" / "openapi.json"
    if not written.exists():
        pytest.skip("docs/openapi.json is not written yet: make openapi")
    assert written.read_text("utf-8") == description(), "run `make openapi`"
