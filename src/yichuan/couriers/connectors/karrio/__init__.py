"""Couriers abroad, by karrio's connector packages used as a library in an own process."""
