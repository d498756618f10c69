import { describe, expect, test } from 'vitest';
import { callWith } from './call.fixture';
import {
  hasMore,
  isFiltered,
  lets,
  liveSearch,
  liveViewOf,
  plain,
  serverSearch,
  timelessQuery,
  toggledValue,
  withoutFilters,
} from './view';

const view = (text: string) => liveViewOf(new URLSearchParams(text));

describe('liveViewOf', () => {
  test('reads filters, order, moment, day and map', () => {
    expect(
      view('beat=114&beat=114&priority=1&q=elm&sort=oldest&at=2026-02-11T15:00:00Z&day=2026-02-10&map=32.7,-96.8,11'),
    ).toMatchObject({
      chosen: { beat: ['114'], priority: ['1'], nature: [], division: [], status: [] },
      text: 'elm',
      sort: 'oldest',
      at: '2026-02-11T15:00:00.000Z',
      day: '2026-02-10',
      map: { lat: 32.7, lon: -96.8, zoom: 11 },
    });
  });

  test.each([
    'sort=random',
    'hours=5',
    'at=3026-01-01T00:00:00Z',
    'at=1999-01-01',
    'day=2026-13-45',
    'bbox=1,2,3',
    'bbox=0,9,1,2',
    'map=99,0,3',
  ])('what is not understood in %s is not there', (text) => expect(view(text)).toEqual(view('')));
});

describe('addresses', () => {
  test('liveSearch writes what liveViewOf reads', () => {
    const text = '?priority=1&beat=114&bbox=-97.00000%2C32.00000%2C-96.00000%2C33.00000&status=At+scene&q=elm&hours=6';
    expect(liveSearch(liveViewOf(new URLSearchParams(text)))).toBe(text);
    expect(liveSearch(view(''))).toBe('');
  });

  test('the server gets neither text nor status, and lines over time no part of the map', () => {
    const chosen = view('beat=114&status=At+scene&q=elm&bbox=-97,32,-96,33');
    expect(serverSearch(chosen)).toBe('?beat=114&bbox=-97.00000%2C32.00000%2C-96.00000%2C33.00000');
    expect(timelessQuery(chosen).toString()).toBe('beat=114');
    expect([hasMore(chosen), hasMore(view('beat=114'))]).toEqual([true, false]);
  });
});

describe('lets', () => {
  const passes = (text: string, call = callWith(), words = 'burglary elm st'): boolean =>
    lets(view(text))(call, () => words);

  test('values of one field are alternatives, fields narrow each other', () => {
    expect(passes('beat=111&beat=114')).toBe(true);
    expect(passes('beat=111&priority=1')).toBe(false);
    expect(passes('nature=%20BURGLARY')).toBe(true);
  });

  test('every word of the text must be there', () => {
    expect([passes('q=elm+burg'), passes('q=elm+fire')]).toEqual([true, false]);
  });

  test('a box lets through points within it, also over the date line', () => {
    const at = (lat: number, lon: number) => callWith({ place: { kind: 'point', lat, lon } });
    expect(passes('bbox=-97,32,-96,33', at(32.5, -96.5))).toBe(true);
    expect(passes('bbox=-97,32,-96,33', at(34, -96.5))).toBe(false);
    expect(passes('bbox=170,-10,-170,10', at(0, 175))).toBe(true);
    expect(passes('bbox=-97,32,-96,33', callWith({ place: { kind: 'area', area: 'beat 111' } }))).toBe(false);
  });
});

test('toggledValue and withoutFilters', () => {
  const one = toggledValue(view(''), 'beat', '114');
  expect(isFiltered(one)).toBe(true);
  expect(isFiltered(toggledValue(one, 'beat', '114'))).toBe(false);
  expect(withoutFilters(view('beat=1&q=x&bbox=0,0,1,1&sort=oldest'))).toEqual(view('sort=oldest'));
});

test('plain folds case and blanks', () => expect([plain('  At   SCENE '), plain(null)]).toEqual(['at scene', '']));
