"""Administrative divisions of China: look-up, address parsing, distances, map grid. Pure, no I/O
but the packaged tables, read once on first use."""
