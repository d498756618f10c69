import type { FeatureCollection } from 'geojson';
import { expect, test } from 'vitest';
import type { AreaRow, MapCard } from '../api/answers';
import { boundsOf, extentOf } from './bounds';
import { near } from './seen';

const square = (id: string, at: number): FeatureCollection['features'][number] => ({
  type: 'Feature',
  properties: { id },
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [at, 50],
        [at + 1, 50],
        [at + 1, 51],
        [at, 50],
      ],
    ],
  },
});
const boundaries: FeatureCollection = {
  type: 'FeatureCollection',
  features: [square('a', 0), square('b', 2), square('c', 4)],
};
const row = (id: string, count: number | null, inside = true): AreaRow => ({
  id,
  name: id.toUpperCase(),
  count,
  inside,
  held: 1,
  expected: 1,
  state: 'complete',
  rate: null,
  residents: null,
});
const card = (rows: AreaRow[]): MapCard => ({ areas: { rows }, bounds: [9, 9, 10, 10] }) as unknown as MapCard;

test('boundsOf: the chosen areas, else those with figures, else those that are asked about', () => {
  expect(boundsOf(card([row('a', 3), row('b', 4)]), boundaries, ['B'])).toEqual([2, 50, 3, 51]);
  expect(boundsOf(card([row('a', 3), row('b', 0), row('c', 5, false)]), boundaries, [])).toEqual([0, 50, 1, 51]);
  expect(boundsOf(card([row('a', 0), row('b', null)]), boundaries, [])).toEqual([0, 50, 1, 51]);
  expect(boundsOf(card([row('a', null), row('c', null, false)]), boundaries, [])).toEqual([0, 50, 1, 51]);
});

test('boundsOf: where no outline is held, what the server says', () =>
  expect(boundsOf(card([row('a', 3)]), null, [])).toEqual([9, 9, 10, 10]));

test('extentOf is the box around a feature', () => expect(extentOf(square('a', 7))).toEqual([7, 50, 8, 51]));

test('near says “On or near” once', () => {
  expect(near('On or near Elm Street')).toBe('On or near Elm Street');
  expect(near('Elm Street')).toBe('On or near Elm Street');
  expect(near(' ')).toBe('At a map point without a street name');
});
