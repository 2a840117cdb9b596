"""KDNiao 快递鸟: electronic waybills, subscriptions, queries and pushes over one form protocol."""
