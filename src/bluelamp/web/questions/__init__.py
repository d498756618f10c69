"""Routes that ask the warehouse: questions, dashboards, records, areas, tiles."""
