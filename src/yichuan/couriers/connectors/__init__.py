"""One package per courier protocol: `build` (ours → theirs), `parse` (theirs → ours), `client`."""
