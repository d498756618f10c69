import { expect, test } from 'vitest';
import { weekOfCard, weekOfFeed } from './week';

const hours = <Value>(value: Value): Value[] => Array.from({ length: 24 }, () => value);

test('weekOfCard says how many an hour, of how many in how long', () => {
  const [monday] = weekOfCard({
    week: [
      {
        value: '1',
        label: 'Monday',
        counts: [3, 5, null, null],
        hours_expected: [2, 2, 2, 0],
        hours_watched: [2, 1.5, 0, 0],
        rates: [1.5, 3.33, null, null],
      },
    ],
  });
  expect(monday?.cells).toEqual([
    { value: 1.5, kind: 'known', words: '1.5 an hour (3 in 2 hours watched)' },
    { value: 3.33, kind: 'known', words: '3.3 an hour (5 in 1.5 hours watched)' },
    { value: null, kind: 'missing', words: 'never watched' },
    { value: null, kind: 'outside', words: 'none of the days chosen' },
  ]);
});

test('weekOfFeed names the days from Monday and hatches what was never watched', () => {
  const week = weekOfFeed([hours(2), ...Array.from({ length: 6 }, () => hours(null))]);
  expect(week.map((day) => day.label).slice(0, 2)).toEqual(['Monday', 'Tuesday']);
  expect(week[0]?.cells[0]).toEqual({ value: 2, kind: 'known', words: '2.0 calls an hour' });
  expect(week[6]?.cells[23]?.kind).toBe('missing');
});
