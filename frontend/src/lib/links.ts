// Addresses that are given away: downloads, embeds, links that keep their numbers.
import { dashboardPath } from './routes';
import { query, search, type View } from './view';

const FORMATS = [
  ['CSV', 'csv'],
  ['Excel', 'xlsx'],
  ['Parquet', 'parquet'],
  ['JSON', 'json'],
] as const;

/** A card's numbers as files, from its question as the server wrote it. */
export function downloadsOf(question: string | null, view: View): { name: string; href: string }[] {
  if (!question) return [];
  const join = question.includes('?') ? '&' : '?';
  const pin = view.version && !question.includes('version=') ? `&version=${view.version}` : '';
  return FORMATS.map(([name, format]) => ({ name, href: `/api/v1/questions/${question}${join}format=${format}${pin}` }));
}

/** The records behind a view as files. */
export function recordFiles(dataset: string, view: View): { name: string; href: string }[] {
  const all = [...FORMATS, ['GeoJSON', 'geojson'] as const];
  return all.map(([name, format]) => ({ name, href: `/api/v1/datasets/${dataset}/records?${query(view, { format })}` }));
}

export const embedPath = (dashboard: string, card: string, view: View): string =>
  `/embed/${encodeURIComponent(dashboard)}/${encodeURIComponent(card)}${search(view)}`;

export const recordsPath = (dataset: string, view: View): string => `/records/${dataset}${search({ ...view, map: null, shade: 'count' })}`;

/** The page at this view, pinned to the version that the figures came from. */
export const pinned = (view: View, version: string): View => ({ ...view, version });
export const pageLink = (path: string, view: View): string => `${window.location.origin}${path}${search(view)}`;
export const dashboardLink = (dashboard: string, view: View): string => `${dashboardPath(dashboard)}${search(view)}`;
