// The server's answers by the names that the pages use. The shapes are generated from the server's OpenAPI
// (generate.py writes openapi.d.ts); here they only get short names, and cards the fields that their kind always has.
import type { components } from './openapi';

type Schemas = components['schemas'];
type CardModel = Schemas['CardModel'];
/** A card of one kind: what is common to all that were answered, and what this kind adds. */
type CardOf<Kind extends string, Fields extends keyof CardModel, Own = unknown> = {
  [
    Name in 'title' | 'help' | 'dataset' | 'definition' | 'unit' | 'caveats' | 'summary' | 'cite' | 'ignored' | Fields
  ]-?: NonNullable<CardModel[Name]>;
} & {
  kind: Kind;
  question: string | null;
  /** Null where a filter has no value that the data know: then the page's own coverage stands for it. */
  coverage: Schemas['CoverageCountsModel'] | null;
  /** What it counts, where and when, in words: the title wherever the card stands without its page. */
  heading?: string | null;
  /** Why no figure is known; empty where one is. */
  reason?: string | null;
  error?: null;
} & Own;

export type Version = Schemas['VersionModel'];
export type Site = Schemas['SiteModel'];
export type Coverage = Schemas['CoverageCountsModel'];
export type Gap = Schemas['GapModel'];
export type Filter = Schemas['FilterModel'];
export type CardKind =
  'total' | 'latest' | 'months' | 'days' | 'bars' | 'hours' | 'week' | 'share' | 'median' | 'map' | 'text';
export type CardPlan = Schemas['CardSpecModel'];
export type Dashboard = Schemas['DashboardModel'];
export type State = Schemas['StateModel'];
export type Compared = Schemas['ComparedModel'];
/** A figure: a number, or not known. What is not known is never drawn or written as 0. */
export type Known = number | null;
/** What is held of that which a row, a month or an area stands for: `complete`, `part`, or why nothing is held. */
export type Coverages = { held?: number | null; expected?: number | null; state?: string | null };
export type BarRow = Schemas['BarModel'];
export type AreaRow = Schemas['AreaRowModel'];
export type Bounds = [number, number, number, number];

export type TotalCard = CardOf<'total', 'also' | 'note', { value: Known; located: Known; unlocated: Known }>;
export type LatestCard = CardOf<
  'latest',
  never,
  Pick<
    CardModel,
    | 'value'
    | 'forces'
    | 'of_forces'
    | 'is_complete'
    | 'absent'
    | 'before'
    | 'year_before'
    | 'day'
    | 'week_before'
    | 'watched'
    | 'later'
    | 'silent'
    | 'words'
  > & { month: string | null }
>;
export type MonthsCard = CardOf<
  'months',
  'series' | 'months' | 'values' | 'expected' | 'held' | 'complete' | 'missing_usual' | 'missing',
  { selected?: Schemas['SpanModel'] | null; state?: string[] | null }
>;
export type BarsCard = CardOf<
  'bars',
  'by' | 'rows',
  {
    total: Known;
    unknown?: BarRow | null;
    rest?: Schemas['RestModel'] | null;
    selected: string[];
    note?: string | null;
  }
>;
export type HoursCard = CardOf<
  'hours',
  'hours',
  { total: Known; unknown: Known; note?: string | null; by?: string | null; selected?: string[] | null }
>;
export type DaysCard = CardOf<
  'days',
  'series' | 'days' | 'values' | 'complete' | 'missing_usual' | 'missing',
  { selected: string[]; note?: string | null; by?: string | null }
>;
export type WeekCard = CardOf<'week', 'week' | 'total' | 'words'>;
export type MedianCard = CardOf<
  'median',
  'numerator' | 'denominator' | 'words',
  { figure: number | null; least: number | null; most: number | null }
>;
export type ShareCard = CardOf<
  'share',
  'words',
  { share: Known; numerator: Known; denominator: Known; not_recorded: Known }
>;
export type MapCard = CardOf<
  'map',
  'tiles',
  {
    total: Known;
    unlocated: Known;
    of: Known;
    bounds?: Bounds | null;
    note?: string | null;
    areas?: (Schemas['AreasModel'] & { kind: 'local_authority' | 'force' }) | null;
  }
>;
export type TextCard = CardOf<'text', 'text'>;
export type FailedCard = { kind: CardKind; title: string; error: Schemas['ErrorModel'] };
export type Answered =
  | TotalCard
  | LatestCard
  | MonthsCard
  | DaysCard
  | BarsCard
  | HoursCard
  | WeekCard
  | ShareCard
  | MedianCard
  | MapCard
  | TextCard;
export type Card = Answered | FailedCard;
export type Answers = Omit<Schemas['DashboardAnswersModel'], 'cards'> & { cards: Record<string, Card> };

export type Dataset = Schemas['DatasetModel'];
export type Options = Schemas['OptionsModel'];
export type Cell = string | number | boolean | null;
export type Records = Omit<Schemas['RecordsModel'], 'rows'> & { rows: ({ id: string } & Record<string, Cell>)[] };
export type RecordPage = Schemas['RecordModel'];
export type Places = Schemas['PlacesModel'];
export type Area = Omit<Schemas['AreaModel'], 'bounds'> & { bounds: Bounds | null };
export type CoverageMatrix = Schemas['CoverageModel'];
export type Finding = Omit<Schemas['FindingModel'], 'examples'> & {
  examples: { force: string; month: string; line: number | null; value: string | null }[];
};
export type Release = Schemas['ReleaseModel'];
export type Changes = Schemas['ChangesModel'];
export type ChangedRecords = Schemas['ChangedRecordsModel'];
