"""SF Express 顺丰 (丰桥): one form protocol whose service code names the call."""
