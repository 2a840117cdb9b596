"""Tickets 工单: append-only cases with participants, clocks and an outcome."""
