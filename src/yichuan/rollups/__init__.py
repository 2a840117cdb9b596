"""Daily flows and standing stock of shipments, counted once each by a log consumer."""
