"""The live flow's stores: snapshots, event logs and the leases on them."""
