// Names of areas, where the ground brings none of its own. Letters are drawn in the browser: no font is fetched.
import type { Map as GlMap } from 'maplibre-gl';
import { put, type Layer, type Scene } from './scene';

// Further out the names would lie over each other.
const NAMES = 8;

function add(map: GlMap, scene: Scene): void {
  if (!scene.builtIn) return;
  put(map, {
    id: 'area-names',
    type: 'symbol',
    source: 'areas',
    minzoom: Math.max(scene.squares, NAMES),
    layout: { 'text-field': ['get', 'name'], 'text-font': ['Inter Variable'], 'text-size': 12, 'text-max-width': 7 },
  });
  update(map, scene);
}

function update(map: GlMap, scene: Scene): void {
  if (!map.getLayer('area-names')) return;
  map.setPaintProperty('area-names', 'text-color', scene.palette.ink);
  map.setPaintProperty('area-names', 'text-halo-color', scene.palette.land);
  map.setPaintProperty('area-names', 'text-halo-width', 1.4);
}

export const labels: Layer = { add, update };
