"""Routes for followers: webhooks, Atom and JSON feeds."""
