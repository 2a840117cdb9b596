"""Scores of merchants and couriers, with what moved them."""
