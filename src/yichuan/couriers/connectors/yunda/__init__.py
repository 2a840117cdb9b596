"""Yunda Express 韵达: JSON, signed in a header."""
