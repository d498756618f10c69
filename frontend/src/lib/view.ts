// What a page is asked to show: months, filters, map view, data version. The URL is the only place where it is kept.

export type Chosen = { field: string; negated: boolean; values: string[] };
export type MapView = { lat: number; lon: number; zoom: number };
export type View = {
  from: string | null;
  to: string | null;
  where: Chosen[];
  map: MapView | null;
  version: string | null;
  shade: 'count' | 'rate';
};

// Words in a page's URL that are no filters.
const RESERVED = new Set([
  'from',
  'to',
  'map',
  'version',
  'shade',
  'theme',
  'after',
  'limit',
  'q',
  'format',
  'old',
  'new',
]);
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

function monthIn(params: URLSearchParams, name: string): string | null {
  const value = params.get(name);
  return value && MONTH.test(value) ? value : null;
}

function mapIn(params: URLSearchParams): MapView | null {
  const [lat, lon, zoom] = (params.get('map') ?? '').split(',').map(Number);
  if (lat === undefined || lon === undefined || zoom === undefined) return null;
  if (![lat, lon, zoom].every(Number.isFinite) || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { lat, lon, zoom: Math.min(Math.max(zoom, 0), 18) };
}

export function viewOf(params: URLSearchParams): View {
  const where: Chosen[] = [];
  for (const [name, value] of params) {
    if (RESERVED.has(name)) continue;
    const negated = name.endsWith('.not');
    const field = negated ? name.slice(0, -4) : name;
    const known = where.find((entry) => entry.field === field && entry.negated === negated);
    if (!known) where.push({ field, negated, values: [value] });
    else if (!known.values.includes(value)) known.values.push(value);
  }
  return {
    from: monthIn(params, 'from'),
    to: monthIn(params, 'to'),
    where,
    map: mapIn(params),
    version: params.get('version'),
    shade: params.get('shade') === 'rate' ? 'rate' : 'count',
  };
}

/** `?force=kent&…` for a page; the empty text where nothing is chosen. */
export function search(view: View): string {
  const params = new URLSearchParams();
  if (view.from) params.set('from', view.from);
  if (view.to) params.set('to', view.to);
  for (const { field, negated, values } of view.where)
    for (const value of values) params.append(negated ? `${field}.not` : field, value);
  if (view.shade === 'rate') params.set('shade', 'rate');
  if (view.version) params.set('version', view.version);
  let text = params.toString();
  if (view.map) {
    const { lat, lon, zoom } = view.map;
    text += `${text ? '&' : ''}map=${lat.toFixed(4)},${lon.toFixed(4)},${zoom.toFixed(2)}`;
  }
  return text ? `?${text}` : '';
}

/** The same state as the API reads it: `from=…&where=force=kent`. */
export function query(view: View, more: Record<string, string> = {}): string {
  const params = new URLSearchParams();
  if (view.from) params.set('from', view.from);
  if (view.to) params.set('to', view.to);
  for (const { field, negated, values } of view.where)
    for (const value of values) params.append('where', `${field}${negated ? '!=' : '='}${value}`);
  if (view.version) params.set('version', view.version);
  for (const [name, value] of Object.entries(more)) params.set(name, value);
  return params.toString();
}

export const valuesOf = (view: View, field: string): string[] =>
  view.where.find((entry) => entry.field === field && !entry.negated)?.values ?? [];

export function withValues(view: View, field: string, values: string[], negated = false): View {
  const others = view.where.filter((entry) => entry.field !== field || entry.negated !== negated);
  return { ...view, where: values.length > 0 ? [...others, { field, negated, values }] : others };
}

/** Chooses a value, or takes the choice back. */
export function toggled(view: View, field: string, value: string): View {
  const now = valuesOf(view, field);
  return withValues(view, field, now.includes(value) ? now.filter((one) => one !== value) : [...now, value]);
}

export const withMonths = (view: View, from: string | null, to: string | null): View => ({ ...view, from, to });
export const filtered = (view: View): boolean => view.where.length > 0 || view.from !== null || view.to !== null;
export const cleared = (view: View): View => ({ ...view, from: null, to: null, where: [] });
