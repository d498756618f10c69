// The shapes of what /api/v1 answers, as the pages read them.

export type Version = { name: string; newest_release: string | null; built_at: string | null; current?: string; is_current?: boolean };
export type Span = { first: string; last: string };

export type Site = {
  name: string;
  program: string;
  notice: string;
  version: Version;
  months: Span | null;
  dashboards: { name: string; title: string; nav: string; lead: string; path: string }[];
  basemap: { style_url: string; pmtiles_url: string; attribution: string };
  postcode_lookup: boolean;
  licence: { words: string; url: string };
  areas: { local_authority: boolean; force: boolean };
};

export type Gap = { force: string; name: string; state: string; from: string; to: string; months: number; words: string };
export type Coverage = { expected: number; held: number; complete: boolean; words: string; gaps: Gap[] };

export type Filter = { field: string; label: string; words: string; dataset: string; kind: string };
export type CardKind = 'total' | 'latest' | 'months' | 'bars' | 'hours' | 'share' | 'map' | 'text';
export type CardPlan = { name: string; kind: CardKind; title: string; help: string; width: number; dataset: string };
export type Dashboard = { name: string; title: string; lead: string; dataset: string; filters: Filter[]; cards: CardPlan[] };

export type Condition = { field: string; label: string; negated: boolean; values: { value: string; label: string }[] };
export type Answers = {
  dashboard: string;
  state: { from: string | null; to: string | null; where: Condition[] };
  months: Span | null;
  version: Version;
  coverage: Coverage;
  cards: Record<string, Card>;
};

type Base = {
  title: string;
  help: string;
  dataset: string;
  definition: string;
  unit: string;
  caveats: string[];
  question: string | null;
  coverage: Coverage;
  summary: string;
  cite: string;
  ignored: string[];
  error?: undefined;
};
export type Compared = { month: string; value: number | null; change: number | null; words: string };
export type TotalCard = Base & {
  kind: 'total';
  value: number;
  also: { measure: string; value: number; words: string }[];
  located: number;
  unlocated: number;
};
export type LatestCard = Base & {
  kind: 'latest';
  month: string | null;
  words?: string;
  value?: number;
  forces?: number;
  before?: Compared;
  year_before?: Compared;
  later?: string[];
  silent?: string[];
};
export type MonthsCard = Base & {
  kind: 'months';
  series: { name: string; label: string }[];
  months: string[];
  values: (number | null)[][];
  expected: number[];
  held: number[];
  complete: boolean[];
  missing_usual: (number | null)[];
  missing: string[];
};
export type BarRow = { value: string; label: string; count: number; share: number | null; rate?: number | null; residents?: number | null };
export type BarsCard = Base & {
  kind: 'bars';
  by: string;
  rows: BarRow[];
  unknown: BarRow | null;
  total: number;
  rest: { rows: number; count: number } | null;
  selected: string[];
  note: string;
};
export type HoursCard = Base & { kind: 'hours'; hours: number[]; unknown: number; total: number; note: string };
export type ShareCard = Base & {
  kind: 'share';
  share: number | null;
  numerator: number;
  denominator: number;
  not_recorded: number;
  words: string;
};
export type AreaRow = { id: string; name: string; count: number; rate: number | null; residents: number | null; held: number; expected: number };
export type MapCard = Base & {
  kind: 'map';
  total: number;
  unlocated: number;
  of: number;
  bounds: [number, number, number, number] | null;
  tiles: string;
  areas: { kind: 'local_authority' | 'force'; url: string; rows: AreaRow[]; elsewhere: number } | null;
};
export type TextCard = Base & { kind: 'text'; text: string };
export type FailedCard = { kind: CardKind; title: string; error: { detail: string; hint?: string } };
export type Answered = TotalCard | LatestCard | MonthsCard | BarsCard | HoursCard | ShareCard | MapCard | TextCard;
export type Card = Answered | FailedCard;

export type Field = { name: string; label: string; kind: string; words: string; filter: boolean };
export type Dataset = {
  name: string;
  words: string;
  fields: Field[];
  measures: { name: string; label: string; unit: string; words: string }[];
  caveats: string[];
};
export type Options = { field: string; label: string; options: { value: string; label: string }[]; total: number; truncated: boolean };

export type Records = {
  columns: { name: string; label: string; words: string }[];
  rows: ({ id: string } & Record<string, string | number | boolean | null>)[];
  next: string | null;
  total: number;
  version: Version;
  coverage: Coverage;
};
export type RecordPage = {
  id: string;
  dataset: string;
  dataset_words: string;
  title: string;
  published: { name: string; value: string | null }[];
  derived: { label: string; value: string | null; words: string }[];
  file: { member: string; line: number; release: string; sha256: string };
  location: { lon: number; lat: number; words: string; records: number } | null;
  outcomes: { month: string; outcome: string; months_after: number | null }[] | null;
  caveats: string[];
  version: Version;
};

export type Place = { kind: 'local_authority' | 'force'; id: string; name: string; path: string };
export type Places = { places: Place[]; postcode: { postcode: string; lon: number; lat: number; path: string } | null };

export type CompareRow = {
  kind: string;
  id: string;
  name: string;
  path: string;
  count: number | null;
  rate: number | null;
  residents: number | null;
  held: number;
  expected: number;
  this?: boolean;
};
export type Area = {
  kind: 'local_authority' | 'force';
  id: string;
  name: string;
  force: { slug: string; name: string } | null;
  residents: number | null;
  residents_words: string;
  bounds: [number, number, number, number] | null;
  where: string[];
  compare: { measure: string; period: { from: string; to: string; words: string }; rows: CompareRow[] } | null;
};

export type CoverageMatrix = {
  months: string[];
  forces: { slug: string; name: string }[];
  codes: Record<string, string>;
  words: Record<string, string>;
  datasets: Record<string, { words: string; expected: number; held: number; rows: string[] }>;
};
export type Finding = {
  finding: string;
  words: string;
  dataset: string;
  field: string | null;
  files: number;
  rows: number;
  of_rows: number | null;
  examples: { force: string; month: string; line: number | null; value: string | null }[];
};
export type Release = { release: string; first: string; last: string; files: number; received_at: string; origin: string };
export type Changes = {
  old: string;
  new: string;
  state: string;
  words?: string;
  compared: number;
  alike: number;
  datasets: { dataset: string; files: number; added: number; removed: number; changed: number; columns: Record<string, number> }[];
  files: { dataset: string; force: string; name: string; month: string; kind: string; added: number; removed: number; changed: number; columns: string[] }[];
  files_total: number;
};
