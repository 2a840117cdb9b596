"""Kuaidi100 快递100: queries, subscriptions, pushes, waybills, recognition, forecasts."""
