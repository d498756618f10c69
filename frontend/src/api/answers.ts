// The server's answers by the names that the pages use. The shapes are generated from the server's OpenAPI
// (generate.py writes openapi.d.ts); here they only get short names.
import type { components } from './openapi';

type Schemas = components['schemas'];
export type Version = Schemas['VersionModel'];
export type Site = Schemas['SiteModel'];
export type Coverage = Schemas['CoverageCountsModel'];
export type Gap = Schemas['GapModel'];
export type Filter = Schemas['FilterModel'];
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

/** A card as the server declares it, told apart by its kind; one that could not be answered has an error. */
type Declared = Schemas['DashboardAnswersModel']['cards'][string];
export type FailedCard = Schemas['FailedCardModel'];
export type CardKind = Declared['kind'];
type CardOf<Kind extends CardKind> = Extract<Exclude<Declared, FailedCard>, { kind: Kind }> & { error?: undefined };

export type TotalCard = CardOf<'total'>;
export type LatestCard = CardOf<'latest'>;
export type MonthsCard = CardOf<'months'>;
export type DaysCard = CardOf<'days'>;
export type BarsCard = CardOf<'bars'>;
export type HoursCard = CardOf<'hours'>;
export type WeekCard = CardOf<'week'>;
export type ShareCard = CardOf<'share'>;
export type MedianCard = CardOf<'median'>;
export type MapCard = CardOf<'map'>;
export type Answered = { [Kind in CardKind]: CardOf<Kind> }[CardKind];
export type Card = Answered | FailedCard;
export type Answers = Omit<Schemas['DashboardAnswersModel'], 'cards'> & { cards: Record<string, Card> };

export type Capabilities = Schemas['CapabilitiesModel'];
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
