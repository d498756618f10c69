// The words of the trade in plain English: shown where they stand, and all together on /terms.

export const TERMS: Record<string, { title: string; words: string }> = {
  'force-month': {
    title: 'Force-month.',
    words:
      'The file that one police force publishes for one month. Figures can only count what was published, so each figure says how many force-months it should contain and how many it does.',
  },
  coverage: {
    title: 'Coverage.',
    words:
      'How much of what should have been published is held here. It is worked out from the files that exist, never from how many records they contain: a month without a file is missing, not zero.',
  },
  release: {
    title: 'Release.',
    words:
      'Each month the publisher puts out its whole archive again. A later release may restate earlier months, so a figure is only the same figure if it comes from the same release.',
  },
  'data-version': {
    title: 'Data version.',
    words:
      'A name of twelve letters and digits for exactly the data that stood behind a figure. A link that carries it shows the same numbers for as long as the version is kept.',
  },
  'anti-social-behaviour': {
    title: 'Anti-social behaviour.',
    words:
      'Incidents such as noise or nuisance that are reported to the police. They are not recorded crime: they have no crime ID and no outcome. They are counted apart.',
  },
  'recorded-crime': {
    title: 'Recorded crime.',
    words:
      'Crimes that the police wrote down. It is not all crime: many crimes are never reported, and how forces record them changes over time.',
  },
  'call-for-service': {
    title: 'Call for service.',
    words:
      'One incident that a police or fire department is called to, as its dispatch system lists it, with the units that are sent. A call is not a crime: many calls turn out to be none.',
  },
  'closed-day': {
    title: 'Closed day.',
    words:
      'A local day of a feed that is over. Only then is it counted: until then its figures would grow from hour to hour. Calls of it that have not ended are counted as open, and are in no median; when one ends, the day is made anew.',
  },
  watched: {
    title: 'Watched.',
    words:
      'A feed shows only what is active now, so a call is only known if somebody looked at the time. The share of the time with looks close enough together is told with every figure; what nobody watched is a gap, not calm.',
  },
  'call-place': {
    title: 'Place of a call.',
    words:
      'A feed mostly gives a block or a crossing in words. The point is where that was found to be, checked against the beat that the call itself names. Where it is not found, the call is in all totals and in a list beside the map.',
  },
  outcome: {
    title: 'Outcome.',
    words:
      'What came of a crime: a charge, a caution, an investigation that found no suspect, and others. It is published months after the crime, and one crime can have several.',
  },
  'still-open': {
    title: 'Still open.',
    words:
      'A crime with an ID of its own for which no outcome has been published so far. Recent crimes are mostly still open; that says little about how they will end.',
  },
  'snap-point': {
    title: 'Map point.',
    words:
      'Before publication every location is moved to the nearest of about 750,000 points, such as the middle of a street. A record stands on or near that point. It is not an address. All points were redrawn in July 2022: a place has one point before and another since.',
  },
  'no-location': {
    title: 'Without a location.',
    words:
      'Some records are published without a map point. They are in all totals, and in a list beside the map, but not on the map.',
  },
  'local-authority': {
    title: 'Local authority.',
    words: 'The council area, in its boundaries of 2024, that a record is assigned to by its LSOA or its map point.',
  },
  town: {
    title: 'Town.',
    words:
      'The name that the census areas of a place share: mostly the local authority as it was when they were drawn.',
  },
  lsoa: {
    title: 'LSOA.',
    words:
      'Lower layer super output area: a census area of about 1,500 residents. The smallest area that crimes are published for.',
  },
  'per-1000': {
    title: 'Per 1,000 residents.',
    words:
      'The count divided by the usual residents (census of 2021), times 1,000. City centres and airports have few residents and many visitors, so their rates are high for that reason alone.',
  },
  'stop-and-search': {
    title: 'Stop and search.',
    words: 'A person or vehicle searched by the police without an arrest. One row for each person or vehicle.',
  },
  'officer-defined': {
    title: 'Ethnicity, as the officer saw it.',
    words:
      'What the officer wrote down. It can differ from what the person said, which is published as self-defined ethnicity.',
  },
  'not-recorded': {
    title: 'Not recorded.',
    words:
      'The publisher left the field blank. It is shown as a row of its own, because leaving it out would make all other shares look larger than they are known to be.',
  },
  'complete-month': {
    title: 'Complete month.',
    words:
      'A month for which every force that is expected to publish has done so. Only complete months are compared with each other.',
  },
  'crime-id': {
    title: 'Crime ID.',
    words:
      'A long code that joins a crime to its outcomes. Some stand on several crimes; their outcomes cannot be given to one of them.',
  },
};
