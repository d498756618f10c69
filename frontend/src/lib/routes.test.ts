import { describe, expect, test, vi } from 'vitest';
import { ADDRESSES } from './addresses.generated';
import { dashboardPath, pageOf, pathTo, routeOf } from './routes';

describe('routeOf', () => {
  test.each([
    ['/', 'home', {}],
    ['/crime', 'dashboard', { dashboard: 'crime' }],
    ['/d/bikes', 'dashboard', { dashboard: 'bikes' }],
    ['/data', 'data', {}],
    ['/data/', 'data', {}],
    ['/data/changes', 'changes', {}],
    ['/records/stops', 'records', { dataset: 'stops' }],
    ['/record/abc-1', 'record', { record: 'abc-1' }],
    ['/area/local-authority/E06000001', 'area', { kind: 'local_authority', area: 'E06000001' }],
    ['/area/force/kent', 'area', { kind: 'force', area: 'kent' }],
    ['/area/beat/dallas-tx/A%2F1', 'area', { kind: 'beat', feed: 'dallas-tx', name: 'A/1' }],
    ['/live', 'feeds', {}],
    ['/live/dallas-tx', 'live', { feed: 'dallas-tx' }],
    ['/live/dallas-tx/calls/0f', 'live', { feed: 'dallas-tx', call: '0f' }],
    ['/live/dallas-tx/health', 'health', { feed: 'dallas-tx' }],
    ['/embed/live/dallas-tx', 'liveEmbed', { feed: 'dallas-tx' }],
    ['/embed/crime/map', 'embed', { dashboard: 'crime', card: 'map' }],
    ['/d/%E0%A4%A', 'dashboard', { dashboard: '%E0%A4%A' }],
    ['/bikes', 'missing', {}],
    ['/area/ward/E05000001', 'missing', {}],
    ['/data/changes/more', 'missing', {}],
    ['/embed/crime', 'missing', {}],
  ])('%s is the page %s', (path, page, params) => expect(routeOf(path)).toEqual({ page, params }));
});

describe('pathTo', () => {
  test('every declared address leads back to its page', () => {
    for (const { page, address } of ADDRESSES) {
      const path = address.replace(/\{\w+\}/g, 'a b');
      const route = routeOf(path);
      expect(route.page).toBe(page);
      expect(pathTo(page, route.params)).toBe(path.replaceAll('a b', 'a%20b'));
    }
  });

  test('parameters that no address has are refused', () => {
    expect(() => pathTo('live', { feed: 'dallas-tx', beat: '1' })).toThrow('no page live');
    expect(() => pathTo('area', { kind: 'ward', area: 'x' })).toThrow('no page area');
  });

  test('a shipped dashboard has a short address', () => {
    expect([dashboardPath('stops'), dashboardPath('area')]).toEqual(['/stops', '/d/area']);
  });
});

test('pageOf: a live page stays one page, whichever call is chosen', () => {
  expect(pageOf('/live/dallas-tx/calls/0f')).toBe('/live/dallas-tx');
  expect(pageOf('/live/dallas-tx/health')).toBe('/live/dallas-tx/health');
});

test('every address that a page links to is that of a page', () => {
  const sources = import.meta.glob<string>('../**/*.{svelte,ts}', { query: '?raw', import: 'default', eager: true });
  const links = Object.entries(sources)
    .filter(([name]) => !/\.test\.|generated|openapi/.test(name))
    .flatMap(([, text]) => [...text.matchAll(/(?:href=|path: )["'](\/[^"'#?]*)/g)])
    .map(([, path]) => path ?? '')
    .filter((path) => !path.startsWith('/api/') && path !== '/openapi.json');
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((path) => routeOf(path.replace(/\{[^}]*\}/g, 'x')).page === 'missing')).toEqual([]);
});

test('start.js asks early for the dashboard of every short address, and for no other', async () => {
  const [start] = Object.values(import.meta.glob('../start.js'));
  for (const { page, address, fixed } of ADDRESSES) {
    const paths: string[] = [];
    vi.stubGlobal('location', { pathname: address, search: '?force=kent' });
    vi.stubGlobal('localStorage', { getItem: () => null });
    vi.stubGlobal('document', { documentElement: { dataset: {} } });
    vi.stubGlobal('window', {});
    vi.stubGlobal('fetch', (path: string) => (paths.push(path), Promise.resolve()));
    vi.resetModules();
    await start?.();
    const early = page === 'dashboard' && 'dashboard' in fixed ? [`/api/v1/dashboards/${fixed.dashboard}`] : [];
    expect(paths).toEqual(['/api/v1/site', ...early]);
  }
  vi.unstubAllGlobals();
});
