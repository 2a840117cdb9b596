"""When parcels will arrive, learned from those that did."""
