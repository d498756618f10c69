// Close in: map points as circles, their area by how many records stand there.
import type { Map as GlMap } from 'maplibre-gl';
import { addRecords, RECORDS } from './records';
import { POINTS, put, type Layer, type Scene } from './scene';

const size = (least: number, factor: number): unknown => [
  'min',
  30,
  ['+', least, ['*', factor, ['sqrt', ['get', 'n']]]],
];

function add(map: GlMap, scene: Scene): void {
  addRecords(map, scene);
  put(map, { id: 'points', type: 'circle', source: RECORDS, 'source-layer': 'points', minzoom: POINTS });
  put(map, {
    id: 'point-counts',
    type: 'symbol',
    source: RECORDS,
    'source-layer': 'points',
    minzoom: 14,
    filter: ['>=', ['get', 'n'], 10],
    layout: { 'text-field': ['to-string', ['get', 'n']], 'text-font': ['Inter Variable'], 'text-size': 12 },
  });
  update(map, scene);
}

function update(map: GlMap, scene: Scene): void {
  const { palette } = scene;
  map.setPaintProperty('points', 'circle-radius', [
    'interpolate',
    ['linear'],
    ['zoom'],
    12,
    size(2.5, 0.6),
    15,
    size(4, 1.4),
    17,
    size(6, 2),
  ] as never);
  map.setPaintProperty('points', 'circle-color', palette.blue);
  map.setPaintProperty('points', 'circle-opacity', 0.72);
  map.setPaintProperty('points', 'circle-stroke-color', palette.card);
  map.setPaintProperty('points', 'circle-stroke-width', 1);
  map.setPaintProperty('point-counts', 'text-color', palette.card);
}

export const points: Layer = { add, update };
