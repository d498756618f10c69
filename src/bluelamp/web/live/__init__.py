"""Routes about feeds: active calls, their past, their snapshots."""
