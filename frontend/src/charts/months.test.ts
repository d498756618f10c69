import { expect, test } from 'vitest';
import { chosenOf, monthsOf } from './months';

const card = (values: (number | null)[], state: string[], usual: (number | null)[] = values.map(() => 10)) => ({
  months: values.map((_, at) => `2023-0${at + 1}`),
  values: [values],
  complete: state.map((one) => one === 'complete'),
  missing_usual: usual,
  missing: values.map(() => ''),
  state,
});

test('a month that nothing can be said of lies in a band, with its words', () => {
  const { months, bands } = monthsOf(card([null, 5, null], ['before publication', 'complete', 'not yet published']));
  expect(months.map((month) => month.never)).toEqual([true, false, true]);
  expect(bands).toEqual([
    { from: 0, to: 0, state: 'before publication', words: 'Before publication began' },
    { from: 2, to: 2, state: 'not yet published', words: 'Not yet published' },
  ]);
});

test('what is not held is a hole with its usual level, and an edge at the ends', () => {
  const { months } = monthsOf(card([null, 5, null, 5], ['not held', 'complete', 'not held', 'complete']));
  expect(months.map((month) => [month.never, month.usual])).toEqual([
    [true, null],
    [false, 10],
    [false, 10],
    [false, 10],
  ]);
});

test('a hole without a usual level is a band; reasons of one hole are told together', () => {
  const none = [null, null, null, null];
  const { bands } = monthsOf(card([5, null, null, 5], ['complete', 'not held', 'not covered', 'complete'], none));
  expect(bands).toEqual([{ from: 1, to: 2, state: 'not held', words: 'No file of these months is held' }]);
});

test('months that nobody watched have no state, and a band of their own', () => {
  const { bands } = monthsOf({ ...card([null], [''], [null]), state: null, missing: ['nobody watched'] });
  expect(bands[0]?.words).toBe('Nobody watched');
});

test('a part is cut out with its bands', () => {
  const { months, bands } = monthsOf(card([null, 5, 6], ['out of scope', 'complete', 'complete']), 0, 2);
  expect([months.length, bands.length]).toEqual([2, 1]);
});

test.each([
  [{ from: '2023-02', to: '2023-03' }, [1, 3]],
  [null, [0, 3]],
  [{ from: '2022-01', to: '2023-01' }, [0, 3]],
])('chosenOf(%o)', (selected, places) =>
  expect(chosenOf({ months: ['2023-01', '2023-02', '2023-03'], selected })).toEqual(places),
);
