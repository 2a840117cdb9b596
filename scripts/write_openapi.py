"""Write the API's description to a file: `python scripts/write_openapi.py docs/openapi.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from yichuan.app import create_app
from yichuan.core.settings import Settings


def description() -> str:
    """OpenAPI as JSON text, the same for everybody: no setting of this machine goes into it."""
    return json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=2) + "\n"


def main(target: Path) -> None:
    """Write the description."""
    target.write_text(description(), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
