"""Terms of courier services as a merchant writes them for itself, one of each kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from yichuan.core.clock import now


def rules_of(mark: str) -> list[dict[str, Any]]:
    """Rules in a merchant's own words; none of them touches its parcels."""
    place = {"courier": "STO", "adcode": "65"}
    later = (now() + timedelta(days=30)).isoformat()
    words = {"name_zh": f"{mark}样品", "name_en": f"{mark} samples", "keywords": [f"{mark}禁"]}
    pays = {"courier": "STO", "trouble": "lost", "insured": False, "freight_percent": 300}
    return [
        {"kind": "areas", "serves": False, "note": f"{mark}不发"} | place,
        {"kind": "suspensions", "reason": f"{mark}盘点", "from_at": later} | place,
        {"kind": "goods", "level": "forbidden"} | words,
        {"kind": "real_names", "courier": "STO", "reference": f"{mark}-RN"},
        {"kind": "cutoffs", "courier": "STO", "branch_code": f"{mark}-BR", "at": "16:00"},
        {"kind": "compensation", "claim_days": 30, "source": f"{mark}合同"} | pays,
    ]
