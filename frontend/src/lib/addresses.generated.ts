// Written by frontend/generate.py: change the program, then run it.
export const ADDRESSES = [
  {
    "page": "home",
    "address": "/",
    "fixed": {}
  },
  {
    "page": "dashboard",
    "address": "/crime",
    "fixed": {
      "dashboard": "crime"
    }
  },
  {
    "page": "dashboard",
    "address": "/outcomes",
    "fixed": {
      "dashboard": "outcomes"
    }
  },
  {
    "page": "dashboard",
    "address": "/stops",
    "fixed": {
      "dashboard": "stops"
    }
  },
  {
    "page": "dashboard",
    "address": "/calls",
    "fixed": {
      "dashboard": "calls"
    }
  },
  {
    "page": "dashboard",
    "address": "/d/{dashboard}",
    "fixed": {}
  },
  {
    "page": "area",
    "address": "/area/local-authority/{area}",
    "fixed": {
      "kind": "local_authority"
    }
  },
  {
    "page": "area",
    "address": "/area/force/{area}",
    "fixed": {
      "kind": "force"
    }
  },
  {
    "page": "area",
    "address": "/area/division/{feed}/{name}",
    "fixed": {
      "kind": "division"
    }
  },
  {
    "page": "area",
    "address": "/area/beat/{feed}/{name}",
    "fixed": {
      "kind": "beat"
    }
  },
  {
    "page": "data",
    "address": "/data",
    "fixed": {}
  },
  {
    "page": "changes",
    "address": "/data/changes",
    "fixed": {}
  },
  {
    "page": "records",
    "address": "/records/{dataset}",
    "fixed": {}
  },
  {
    "page": "record",
    "address": "/record/{record}",
    "fixed": {}
  },
  {
    "page": "api",
    "address": "/api",
    "fixed": {}
  },
  {
    "page": "terms",
    "address": "/terms",
    "fixed": {}
  },
  {
    "page": "feeds",
    "address": "/live",
    "fixed": {}
  },
  {
    "page": "live",
    "address": "/live/{feed}",
    "fixed": {}
  },
  {
    "page": "live",
    "address": "/live/{feed}/calls/{call}",
    "fixed": {}
  },
  {
    "page": "health",
    "address": "/live/{feed}/health",
    "fixed": {}
  },
  {
    "page": "liveEmbed",
    "address": "/embed/live/{feed}",
    "fixed": {}
  },
  {
    "page": "embed",
    "address": "/embed/{dashboard}/{card}",
    "fixed": {}
  }
] as const;
