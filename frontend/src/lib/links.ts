// Addresses that are given away: downloads, embeds, links that keep their numbers.
import { dashboardPath, pathTo } from './routes';
import { query, search, type View } from './view';

const FORMATS = [
  ['CSV', 'csv'],
  ['Excel', 'xlsx'],
  ['Parquet', 'parquet'],
  ['JSON', 'json'],
] as const;

/** Why Excel's own file stands first where there are ages. */
export const AGES = 'Opened in Excel, a CSV turns the ages 10-17 into a date; the Excel file keeps them.';

/** Whether a file of this question has ages in it, or of these records. */
export const hasAges = (asked: string | null): boolean =>
  asked === 'stops' || /^stops\?(.*&)?by=[^&]*age_range/.test(asked ?? '');

function ordered<T extends readonly [string, string]>(formats: readonly T[], asked: string): T[] {
  return hasAges(asked)
    ? [...formats].sort((one, other) => Number(other[1] === 'xlsx') - Number(one[1] === 'xlsx'))
    : [...formats];
}

/** A card's numbers as files, from its question as the server wrote it. */
export function downloadsOf(question: string | null, view: View): { name: string; href: string }[] {
  if (!question) return [];
  const join = question.includes('?') ? '&' : '?';
  const pin = view.version && !question.includes('version=') ? `&version=${view.version}` : '';
  return ordered(FORMATS, question).map(([name, format]) => ({
    name,
    href: `/api/v1/questions/${question}${join}format=${format}${pin}`,
  }));
}

/** The records behind a view as files. */
export function recordFiles(dataset: string, view: View): { name: string; href: string }[] {
  const all = [...FORMATS, ['GeoJSON', 'geojson'] as const];
  return ordered<readonly [string, string]>(all, dataset).map(([name, format]) => ({
    name,
    href: `/api/v1/datasets/${dataset}/records?${query(view, { format })}`,
  }));
}

export const embedPath = (dashboard: string, card: string, view: View): string =>
  `${pathTo('embed', { dashboard, card })}${search(view)}`;

export const recordsPath = (dataset: string, view: View): string =>
  `${pathTo('records', { dataset })}${search({ ...view, map: null, shade: 'count' })}`;

/** The page at this view, pinned to the version that the figures came from. */
export const pinned = (view: View, version: string): View => ({ ...view, version });
export const pageLink = (path: string, view: View): string => `${window.location.origin}${path}${search(view)}`;
export const dashboardLink = (dashboard: string, view: View): string => `${dashboardPath(dashboard)}${search(view)}`;
