"""Yichuan (驿传): the open-source logistics hub of a multi-merchant marketplace."""

__version__ = "0.1.0"
