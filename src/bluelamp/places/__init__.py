"""Where calls are: locations are resolved beside the flow, with their reasons; the city's map, privacy and accuracy."""
