// Written by frontend/generate.py: change the program, then run it.
export const CAPABILITIES = {
  "crimes": {
    "has_releases": true,
    "has_publishers": true,
    "has_rates": true,
    "has_areas": true,
    "counts_days": false
  },
  "outcomes": {
    "has_releases": true,
    "has_publishers": true,
    "has_rates": true,
    "has_areas": true,
    "counts_days": false
  },
  "stops": {
    "has_releases": true,
    "has_publishers": true,
    "has_rates": true,
    "has_areas": true,
    "counts_days": false
  },
  "calls": {
    "has_releases": false,
    "has_publishers": false,
    "has_rates": false,
    "has_areas": false,
    "counts_days": true
  },
  "incidents": {
    "has_releases": false,
    "has_publishers": false,
    "has_rates": false,
    "has_areas": false,
    "counts_days": false
  }
} as const;
