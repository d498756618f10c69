import { expect, test } from 'vitest';
import type { AreaRow } from '../api/answers';
import { kindOf } from '../layers/areas';
import { squaresFrom, stepped, type Scene } from '../layers/scene';
import { light } from '../lib/colours';
import { keyOf } from './key';

const row = (differences: Partial<AreaRow>): AreaRow => ({
  id: 'a',
  name: 'A',
  count: 5,
  rate: null,
  residents: null,
  inside: true,
  held: 10,
  expected: 10,
  state: 'complete',
  ...differences,
});
const scene = (rows: AreaRow[]): Scene =>
  ({
    card: { areas: { rows } },
    palette: light,
    shade: 'count',
    selected: [],
    boundaries: { type: 'FeatureCollection', features: [] },
    squares: 8,
    builtIn: true,
  }) as unknown as Scene;

test.each([
  [{}, 'whole'],
  [{ held: 8 }, 'part'],
  [{ state: 'few located' }, 'part'],
  [{ count: null }, 'unknown'],
  [{ count: null, state: 'not published' }, 'outside'],
  [{ count: null, expected: 0 }, 'outside'],
  [{ inside: false }, 'stray'],
  [{ inside: false, count: 0 }, 'outside'],
])('an area with %o is %s', (differences, kind) => expect(kindOf(row(differences))).toBe(kind));

test('the key of areas says what the colours and the hatching mean', () => {
  const key = keyOf(
    scene([1, 2, 3, 4, 5, 6].map((count) => row({ count })).concat(row({ count: null }), row({ inside: false }))),
    'areas',
    null,
  );
  expect(key).toMatchObject({ from: 'under 2', to: '6 and more records' });
  expect(key?.colours).toEqual(light.steps);
  expect(key?.others.map((other) => other.words)).toEqual([
    'nothing held: not known',
    'a few records beyond the areas asked about',
  ]);
});

test('the key of squares waits for the squares in view; that of points has no colours', () => {
  expect(keyOf(scene([]), 'squares', null)).toBeNull();
  expect(keyOf(scene([]), 'squares', [4])).toMatchObject({ from: 'under 4', to: '4 and more records in a square' });
  expect(keyOf(scene([]), 'points', null)?.colours).toEqual([]);
});

test('one area alone is not shaded: squares stand at once', () => {
  const { card, boundaries } = scene([row({}), row({ id: 'b' })]);
  expect(squaresFrom(card, boundaries)).toBe(8);
  expect(squaresFrom(card, null)).toBe(0);
  expect(squaresFrom(scene([row({})]).card, boundaries)).toBe(0);
});

test('stepped: one colour without breaks, the darkest for the many', () => {
  expect(stepped('n', light.steps, [])).toBe(light.steps[3]);
  expect(stepped('n', light.steps, [10])).toEqual(['step', 'n', light.steps[4], 10, light.steps[5]]);
});
