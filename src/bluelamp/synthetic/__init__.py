"""The synthetic twin: seeded releases of data.police.uk with labelled faults. The demo and the tests use it."""
