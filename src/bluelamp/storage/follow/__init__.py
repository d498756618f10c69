"""API keys, webhooks and how far each webhook has come."""
