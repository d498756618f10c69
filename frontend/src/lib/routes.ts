// Which page an address asks for, and the address of each page, from the list that the server answers at too
// (addresses.generated.ts). The URL is the state: everything else that a page shows is in its search part.
import { ADDRESSES } from './addresses.generated';

type DeclaredPage = (typeof ADDRESSES)[number]['page'];
export type PageName = DeclaredPage | 'missing';
export type Route = { page: PageName; params: Record<string, string> };

type Address = { page: DeclaredPage; segments: string[]; fixed: Record<string, string> };
const KNOWN: Address[] = ADDRESSES.map(({ page, address, fixed }) => ({
  page,
  segments: segmentsOf(address),
  fixed: { ...fixed },
}));

function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.replace(/\/$/, '').split('/').slice(1);
}

/** `feed` for the segment `{feed}`; the empty text for one that stands as it is. */
const partOf = (segment: string): string => /^\{(\w+)\}$/.exec(segment)?.[1] ?? '';

export function routeOf(path: string): Route {
  const given = segmentsOf(path).map(plain);
  const found = KNOWN.find(
    ({ segments }) =>
      segments.length === given.length &&
      segments.every((segment, place) => partOf(segment) !== '' || segment === given[place]),
  );
  if (!found) return { page: 'missing', params: {} };
  const params = { ...found.fixed };
  found.segments.forEach((segment, place) => {
    if (partOf(segment)) params[partOf(segment)] = given[place] ?? '';
  });
  return { page: found.page, params };
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The path of a page with exactly these parameters. Throws where there is no such page. */
export function pathTo(page: DeclaredPage, params: Record<string, string> = {}): string {
  for (const { page: name, segments, fixed } of KNOWN) {
    const parts = segments.map(partOf).filter(Boolean);
    const fits =
      name === page &&
      Object.entries(fixed).every(([key, value]) => params[key] === value) &&
      parts.every((part) => params[part] !== undefined) &&
      Object.keys(params).every((key) => key in fixed || parts.includes(key));
    if (fits) return `/${segments.map((segment) => (partOf(segment) ? quoted(params, segment) : segment)).join('/')}`;
  }
  throw new Error(`no page ${page} with ${Object.keys(params).join(', ')}`);
}

const quoted = (params: Record<string, string>, segment: string): string =>
  encodeURIComponent(params[partOf(segment)] ?? '');

export const dashboardPath = (name: string): string => pathTo('dashboard', { dashboard: name });

/** What stays one page while its address changes: a live page, whichever of its calls is chosen. */
export function pageOf(path: string): string {
  const { page, params } = routeOf(path);
  return page === 'live' && params.feed ? pathTo('live', { feed: params.feed }) : path;
}
