// Written by frontend/generate.py: change the program, then run it.
export const TITLES = {
  "incident_number": "Incident number",
  "nature": "Nature",
  "priority": "Priority",
  "status": "Status",
  "division": "Division",
  "beat": "Beat",
  "reporting_area": "Reporting area",
  "block": "Block",
  "location": "Location",
  "reported_local": "Reported",
  "reported_at": "Reported"
} as const;
