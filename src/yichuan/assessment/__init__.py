"""Couriers judged by the platform's standard (准入考核): counts, windows, proposals, notices.

It stands above `rollups` and `tickets`, whose counts it reads; `admission`, which keeps what was
decided, stands below `dispatch`, which asks it.
"""
