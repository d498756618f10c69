"""Where data rests: ledger, vault, lake and warehouse. Knows no source."""
