// Which page an address asks for. The URL is the state: everything else that a page shows is in its search part.

export type PageName =
  | 'home'
  | 'dashboard'
  | 'area'
  | 'data'
  | 'changes'
  | 'records'
  | 'record'
  | 'embed'
  | 'api'
  | 'terms'
  | 'missing'
  | 'live'
  | 'feeds'
  | 'health'
  | 'liveEmbed';
export type Route =
  | { page: 'home' | Exclude<PageName, 'home' | 'dashboard'>; params: Record<string, string> }
  | { page: 'dashboard'; params: { name: string } };

const KINDS: Record<string, string> = { 'local-authority': 'local_authority', force: 'force' };

export function routeOf(path: string): Route {
  const [first = '', second = '', third = '', ...more] = path.split('/').slice(1).map(plain);
  const depth = path === '/' ? 0 : path.replace(/\/$/, '').split('/').length - 1;
  if (depth === 0) return { page: 'home', params: {} };
  if (depth === 1 && ['crime', 'outcomes', 'stops', 'calls'].includes(first))
    return { page: 'dashboard', params: { name: first } };
  if (depth === 1 && (first === 'data' || first === 'api' || first === 'terms')) return { page: first, params: {} };
  if (depth === 2 && first === 'data' && second === 'changes') return { page: 'changes', params: {} };
  if (first === 'live' && depth === 1) return { page: 'feeds', params: {} };
  if (first === 'live' && (depth === 2 || (depth === 4 && third === 'calls')))
    return { page: 'live', params: { feed: second, call: more[0] ?? '' } };
  if (first === 'live' && depth === 3 && third === 'health') return { page: 'health', params: { feed: second } };
  if (first === 'embed' && second === 'live' && depth === 3) return { page: 'liveEmbed', params: { feed: third } };
  if (depth === 2 && first === 'd') return { page: 'dashboard', params: { name: second } };
  if (depth === 2 && first === 'records') return { page: 'records', params: { dataset: second } };
  if (depth === 2 && first === 'record') return { page: 'record', params: { id: second } };
  if (depth === 3 && first === 'area' && KINDS[second])
    return { page: 'area', params: { kind: KINDS[second], id: third } };
  if (depth === 4 && first === 'area' && ['division', 'beat'].includes(second))
    return { page: 'area', params: { kind: second, id: `${third}/${more[0] ?? ''}` } };
  if (depth === 3 && first === 'embed' && more.length === 0)
    return { page: 'embed', params: { dashboard: second, card: third } };
  return { page: 'missing', params: {} };
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const PATHS: Record<string, string> = { crime: '/crime', outcomes: '/outcomes', stops: '/stops', calls: '/calls' };
export const dashboardPath = (name: string): string => PATHS[name] ?? `/d/${encodeURIComponent(name)}`;

/** What stays one page while its address changes: a live page, whichever of its calls is chosen. */
export const pageOf = (path: string): string => path.replace(/^(\/live\/[^/]+)\/calls\/[^/]+$/, '$1');
