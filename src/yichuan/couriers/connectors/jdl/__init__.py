"""JD Logistics 京东物流: its open platform's express domain (ECAP)."""
