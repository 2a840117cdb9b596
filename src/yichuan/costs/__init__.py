"""Courier bills 账单: kept, and reconciled with our shipments and rate cards."""
