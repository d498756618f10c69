"""The web server: the API, the map's tiles and the pages. Asks through `questions` only."""
