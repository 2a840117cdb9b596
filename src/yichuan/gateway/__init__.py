"""Doors where we speak the protocols that malls already speak."""
