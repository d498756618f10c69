"""Where calls are: each location is resolved beside the flow, with its reasons; the city's map, privacy and accuracy."""
