"""Pop-up alerts and webhooks."""
