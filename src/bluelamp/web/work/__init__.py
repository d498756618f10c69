"""Where and how answers are worked out: lanes, limits, caches, cancellation."""
