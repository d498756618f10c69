"""The ledger of every file received, and its copy."""
