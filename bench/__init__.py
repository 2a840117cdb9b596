"""Benchmarks: each prints one JSON object with the figure, its peer and the ratio."""
