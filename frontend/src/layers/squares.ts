// Nearer: squares of the ground by how many records lie in them.
import type { Map as GlMap } from 'maplibre-gl';
import { breaks } from '../lib/colours';
import { addRecords, RECORDS, updateRecords } from './records';
import { POINTS, put, stepped, type Layer, type Scene } from './scene';

function add(map: GlMap, scene: Scene): void {
  addRecords(map, scene);
  put(map, {
    id: 'squares',
    type: 'fill',
    source: RECORDS,
    'source-layer': 'grid',
    minzoom: scene.squares,
    maxzoom: POINTS,
  });
  update(map, scene);
}

function update(map: GlMap, scene: Scene): void {
  updateRecords(map, scene);
  map.setLayerZoomRange('squares', scene.squares, POINTS);
  map.setPaintProperty('squares', 'fill-opacity', 0.82);
  colourSquares(map, scene, squareBreaks(map));
}

/** Where the classes of the squares in view begin: a quiet county shows its differences as a city does. */
export function squareBreaks(map: GlMap): number[] {
  const seen = map.getLayer('squares') ? map.queryRenderedFeatures({ layers: ['squares'] }) : [];
  return breaks(seen.map((feature) => Number(feature.properties.n) || 0));
}

export function colourSquares(map: GlMap, scene: Scene, steps: number[]): void {
  map.setPaintProperty('squares', 'fill-color', stepped(['get', 'n'], scene.palette.steps, steps) as never);
}

export const squares: Layer = { add, update };
