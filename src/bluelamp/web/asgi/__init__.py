"""HTTP itself: headers, errors, limits, byte ranges and metrics, as plain ASGI around every route."""
