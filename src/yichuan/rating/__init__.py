"""Rating 计费: rate cards, chargeable weight, quotes, reconciliation of courier bills."""
