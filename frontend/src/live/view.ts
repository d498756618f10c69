// What the live page is asked to show. The URL is the only place where it is kept: filters, order, moment, map.
import type { Call } from './types';

export const FIELDS = ['priority', 'nature', 'division', 'beat', 'status'] as const;
export type Field = (typeof FIELDS)[number];
export type Sort = 'newest' | 'oldest' | 'priority' | 'nature';
export type Box = [west: number, south: number, east: number, north: number];
export type LiveView = {
  chosen: Record<Field, string[]>;
  text: string;
  box: Box | null;
  sort: Sort;
  /** A moment of the past; null is now. */
  at: string | null;
  /** How much of the past the line shows, hours. */
  hours: number;
  /** A day of the agency's calendar that the line shows instead, `2026-02-11`. */
  day: string | null;
  map: { lat: number; lon: number; zoom: number } | null;
};

export const SPANS: readonly number[] = [1, 6, 24, 168];
const EARLIEST = Date.UTC(2000, 0, 1);
const SORTS: readonly Sort[] = ['newest', 'oldest', 'priority', 'nature'];

function numbers(text: string | null, many: number): number[] | null {
  const found = (text ?? '').split(',').map(Number);
  return text && found.length === many && found.every(Number.isFinite) ? found : null;
}

/** A moment of the past: what has not come yet, or lies before there was any such list, is now. */
function momentIn(text: string): string | null {
  const at = Date.parse(text);
  return at >= EARLIEST && at < Date.now() ? new Date(at).toISOString() : null;
}

function mapIn(params: URLSearchParams): LiveView['map'] {
  const [lat = 99, lon = 0, zoom = 0] = numbers(params.get('map'), 3) ?? [];
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22 ? { lat, lon, zoom } : null;
}

function boxIn(params: URLSearchParams): Box | null {
  const [west = 0, south = 1, east = 0, north = 0] = numbers(params.get('bbox'), 4) ?? [];
  return Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && south <= north && north <= 90
    ? [west, south, east, north]
    : null;
}

export function liveViewOf(params: URLSearchParams): LiveView {
  const chosen = Object.fromEntries(FIELDS.map((field) => [field, [...new Set(params.getAll(field))]])) as Record<
    Field,
    string[]
  >;
  const sort = params.get('sort') as Sort | null;
  const hours = Number(params.get('hours'));
  const day = params.get('day') ?? '';
  return {
    chosen,
    text: params.get('q') ?? '',
    box: boxIn(params),
    sort: sort && SORTS.includes(sort) ? sort : 'newest',
    at: momentIn(params.get('at') ?? ''),
    hours: SPANS.includes(hours) ? hours : 24,
    day: /^\d{4}-\d\d-\d\d$/.test(day) && momentIn(`${day}T00:00:00Z`) ? day : null,
    map: mapIn(params),
  };
}

/** The parameters that hold for a call whatever became of it: for lines and figures over time. Where a call is may be
    known later than it came, and a line over the map's part would read as calm before that. */
export function timelessQuery(view: LiveView): URLSearchParams {
  const params = new URLSearchParams();
  for (const field of FIELDS)
    if (field !== 'status') for (const value of view.chosen[field]) params.append(field, value);
  return params;
}
/** Whether something is chosen that lines and figures over time do not follow. */
export const hasMore = (view: LiveView): boolean =>
  view.text !== '' || view.box !== null || view.chosen.status.length > 0;

/** The parameters that the server's filters know: for files, feeds to follow. */
export function serverQuery(view: LiveView): URLSearchParams {
  const params = timelessQuery(view);
  if (view.box) params.set('bbox', view.box.map((edge) => edge.toFixed(5)).join(','));
  return params;
}

/** The same as it stands behind an address of the API: `?beat=256`, or nothing. */
export const serverSearch = (view: LiveView): string => {
  const text = serverQuery(view).toString();
  return text ? `?${text}` : '';
};

/** `?beat=256&…`; the empty text where nothing is chosen. */
export function liveSearch(view: LiveView): string {
  const params = serverQuery(view);
  for (const value of view.chosen.status) params.append('status', value);
  if (view.text) params.set('q', view.text);
  if (view.sort !== 'newest') params.set('sort', view.sort);
  if (view.at) params.set('at', view.at.replace(/\.\d+Z$/, 'Z'));
  if (view.day) params.set('day', view.day);
  else if (view.hours !== 24) params.set('hours', String(view.hours));
  let text = params.toString();
  if (view.map) {
    const { lat, lon, zoom } = view.map;
    text += `${text ? '&' : ''}map=${lat.toFixed(4)},${lon.toFixed(4)},${zoom.toFixed(2)}`;
  }
  return text ? `?${text}` : '';
}

export const withValues = (view: LiveView, field: Field, values: string[]): LiveView => ({
  ...view,
  chosen: { ...view.chosen, [field]: values },
});
export const toggledValue = (view: LiveView, field: Field, value: string): LiveView =>
  withValues(
    view,
    field,
    view.chosen[field].includes(value)
      ? view.chosen[field].filter((one) => one !== value)
      : [...view.chosen[field], value],
  );
export const isFiltered = (view: LiveView): boolean =>
  view.text !== '' || view.box !== null || FIELDS.some((field) => view.chosen[field].length > 0);
export const withoutFilters = (view: LiveView): LiveView => ({
  ...view,
  chosen: { priority: [], nature: [], division: [], beat: [], status: [] },
  text: '',
  box: null,
});

/** Small letters and single spaces: as the server compares. */
export const plain = (text: string | null | undefined): string =>
  (text ?? '').trim().replace(/\s+/g, ' ').toLowerCase();

/** Whether a call is seen through the filters; `words` are what its text is searched in. */
export function lets(view: LiveView): (call: Call, words: (call: Call) => string) => boolean {
  const wanted = FIELDS.map((field) => [field, new Set(view.chosen[field].map(plain))] as const).filter(
    ([, values]) => values.size > 0,
  );
  const parts = plain(view.text).split(' ').filter(Boolean);
  const { box } = view;
  return (call, words) => {
    for (const [field, values] of wanted) if (!values.has(plain(call[field]))) return false;
    if (box && !inside(box, call)) return false;
    if (parts.length === 0) return true;
    const text = words(call);
    return parts.every((part) => text.includes(part));
  };
}

function inside([west, south, east, north]: Box, call: Call): boolean {
  const { kind, lat, lon } = call.place ?? {};
  if (kind !== 'point' || lat == null || lon == null) return false;
  const across = west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
  return across && lat >= south && lat <= north;
}
