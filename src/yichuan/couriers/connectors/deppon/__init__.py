"""Deppon 德邦: parcels, bulky goods and line haul over its open platform."""
