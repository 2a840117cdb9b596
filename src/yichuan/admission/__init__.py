"""准入: which couriers the platform's parcels may be given to, by standards and on the record."""
