import { expect, test } from 'vitest';
import type { Gap } from '../api/answers';
import { figure, forceMonths, lacks, mostMissing, reasonOf, stateOf } from './known';

test('what is not known is a dash, never 0', () => {
  expect([figure(null), figure(undefined), figure(0), figure(1200)]).toEqual(['–', '–', '0', '1,200']);
});

test.each([
  [{ held: 0, expected: 3 }, 'not held', true],
  [{ held: 1, expected: 3 }, 'part', true],
  [{ held: 3, expected: 3 }, 'complete', false],
  [{ held: null, expected: null }, '', false],
  [{ held: 0, expected: 3, state: 'missing' }, 'missing', true],
])('the state of %o is %s', (row, state, lacking) => {
  expect(stateOf(row)).toBe(state);
  expect(lacks(row)).toBe(lacking);
});

test('a state has its reason, a state of held files none', () => {
  expect(reasonOf('quarantined')).toBe('the file cannot be read');
  expect([reasonOf('complete'), reasonOf(null)]).toEqual(['', '']);
});

test('forceMonths counts in the plural', () =>
  expect([forceMonths(1), forceMonths(45)]).toEqual(['1 force-month', '45 force-months']));

const gap = (name: string, units: number, state = 'missing'): Gap =>
  ({ publisher: name, name, dataset: '', state, from: '2023-01', to: '2023-01', units, words: '' }) as Gap;

test('mostMissing names who lacks most, and how many more there are', () => {
  expect(mostMissing([])).toBe('');
  expect(mostMissing([gap('gwent', 2)])).toBe('Missing: Gwent 2 months');
  expect(mostMissing([gap('a', 1), gap('b', 2), gap('c', 5), gap('a', 3)])).toBe(
    'Most of it: C 5 months, A 4 months and 1 more',
  );
});

test('what could not be recorded is no lack', () =>
  expect(mostMissing([gap('kent', 9, 'could not be recorded')])).toBe(''));
