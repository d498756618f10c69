import { afterEach, describe, expect, test, vi } from 'vitest';
import { callWith, feedWith } from './call.fixture';
import type { Health } from './types';
import { age, Clock, hasPoint, inArea, openedAt, shortAge, standing, where } from './words';

const clock = new Clock('America/Chicago');
const NOON = Date.parse('2026-02-11T18:00:00Z');

describe('Clock', () => {
  test('tells the agency’s time', () => {
    expect([clock.time(NOON), clock.seconds(NOON)]).toEqual(['12:00', '12:00:00']);
    expect([clock.day(NOON), clock.whole(NOON)]).toEqual(['Wed, Feb 11', 'Wednesday, February 11, 2026']);
    expect([clock.isoDay(NOON), clock.name(NOON)]).toEqual(['2026-02-11', 'CST']);
  });

  test('names the day where it is not today', () => {
    expect(clock.when(NOON - 3_600_000, NOON)).toBe('11:00');
    expect(clock.when(NOON - 86_400_000, NOON)).toBe('Tue, Feb 10, 12:00');
  });

  test('midnight is right on the days when clocks change', () => {
    expect(new Date(clock.midnight('2026-03-08')).toISOString()).toBe('2026-03-08T06:00:00.000Z');
    expect(new Date(clock.midnight('2026-03-09')).toISOString()).toBe('2026-03-09T05:00:00.000Z');
  });

  test.each([
    [null, 'at a time that is not known'],
    [[null, '2026-02-11T17:00:00Z'], 'before 11:00'],
    [['2026-02-11T17:00:00Z', null], 'after 11:00'],
    [['2026-02-11T17:00:00Z', '2026-02-11T17:00:30Z'], 'at 11:00'],
    [['2026-02-11T17:00:00Z', '2026-02-11T17:02:00Z'], 'between 11:00 and 11:02'],
  ])('between(%o) is %s', (interval, words) => expect(clock.between(interval, NOON)).toBe(words));

  test('a zone that is not known is UTC', () => expect(new Clock('No/Where').time(NOON)).toBe('18:00'));
});

test.each([
  [-5, '0 seconds', 'now'],
  [1, '1 second', 'now'],
  [89, '89 seconds', '1 min'],
  [90, '1 minute', '1 min'],
  [89 * 60, '89 minutes', '1 h 29 min'],
  [125 * 60, '2 hours 5 minutes', '2 h 5 min'],
  [13 * 3600 + 60, '13 hours', '13 h 1 min'],
  [3 * 86400, '3 days', '3 d'],
])('the age of %d seconds is %s, in short %s', (seconds, words, short) => {
  expect(age(seconds)).toBe(words);
  expect(shortAge(seconds)).toBe(short);
});

test('where names the block once', () => {
  expect(where(callWith())).toBe('1400 Elm St');
  expect(where(callWith({ location: '1400 Elm St' }))).toBe('1400 Elm St');
  expect(where(callWith({ block: null, location: null }))).toBe('No location is listed');
});

test('a place is a point, an area or neither', () => {
  const [point, area] = [
    callWith({ place: { kind: 'point', lat: 1, lon: 2 } }),
    callWith({ place: { kind: 'area', area: 'beat 1' } }),
  ];
  expect([hasPoint(point), inArea(point), hasPoint(area), inArea(area), hasPoint(callWith())]).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  expect(openedAt(callWith())).toBe(Date.parse('2026-02-11T15:02:00Z'));
});

describe('standing', () => {
  const online = (is: boolean): void => void vi.stubGlobal('navigator', { onLine: is });
  afterEach(() => vi.unstubAllGlobals());
  const health = (state: string): Health =>
    ({ state, last_good_at: '2026-02-11T17:58:00Z', unchanged_since: null }) as Health;
  const told = {
    health: health('live'),
    line: 'open',
    lostSince: null,
    catching: false,
    loaded: true,
    feed: feedWith(),
  } as const;
  const GOOD = 'The last good list of calls is that of 11:58, 2 minutes ago.';

  test('live, with the age of the last good list', () => {
    online(true);
    expect(standing(NOON, clock, told)).toEqual({ state: 'live', title: 'Live', words: GOOD });
    expect(standing(NOON, clock, { ...told, health: null }).words).toBe('Changes come by themselves.');
  });

  test('offline says since when, and whose fault it is', () => {
    online(false);
    expect(standing(NOON, clock, told).words).toContain('This device has no connection.');
    online(true);
    expect(standing(NOON, clock, { ...told, lostSince: NOON - 6_000 }).words).toContain(
      'The server does not answer since 11:59:54.',
    );
    expect(standing(NOON, clock, { ...told, lostSince: NOON - 1_000 }).state).toBe('live');
  });

  test.each([
    [{ loaded: false }, 'loading', 'Loading'],
    [{ catching: true }, 'catching up', 'Catching up'],
    [{ line: 'connecting' as const }, 'catching up', 'Catching up'],
    [{ health: health('stale source') }, 'stale', 'Stale source'],
    [{ health: health('in doubt') }, 'doubt', 'In doubt'],
    [{ health: health('failing') }, 'stale', 'Stale source'],
    [{ health: health('silent') }, 'stale', 'Stale source'],
    [{ health: health('never polled') }, 'stale', 'Not begun'],
    [{ health: health('something newer') }, 'stale', 'something newer'],
  ])('%o is %s', (differences, state, title) => {
    online(true);
    expect(standing(NOON, clock, { ...told, ...differences })).toMatchObject({ state, title });
  });
});
