// The ground's streets with their names, where the city's are held.
import type { FeatureCollection } from 'geojson';
import type { Map as GlMap } from 'maplibre-gl';
import { put } from '../../layers/scene';
import { addSource, fill, type LiveLayer, type LiveScene } from './scene';

// What is drawn: streets seldom change.
const drawn = new WeakMap<GlMap, FeatureCollection | null>();

function add(map: GlMap, scene: LiveScene): void {
  const { palette } = scene;
  drawn.delete(map); // the source is new and empty
  addSource(map, 'live-streets');
  put(map, {
    id: 'live-streets',
    type: 'line',
    source: 'live-streets',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': palette.line,
      // Freeways and long streets carry the picture of a city from afar.
      'line-width': [
        'interpolate',
        ['linear'],
        ['zoom'],
        9,
        ['match', ['get', 'rank'], 1, 1.8, 2, 0.8, 0.25],
        13,
        ['match', ['get', 'rank'], 1, 4.5, 2, 2.4, 1.4],
        16,
        ['match', ['get', 'rank'], 1, 14, 2, 9, 6],
      ],
    },
  });
  put(map, {
    id: 'live-street-names',
    type: 'symbol',
    source: 'live-streets',
    minzoom: 14,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['coalesce', ['get', 'name'], ''],
      'text-font': ['Inter Variable'],
      'text-size': 11,
    },
    paint: { 'text-color': palette.soft, 'text-halo-color': palette.land, 'text-halo-width': 1.5 },
  });
  update(map, scene);
}

function update(map: GlMap, scene: LiveScene): void {
  if (drawn.get(map) === scene.streets) return;
  drawn.set(map, scene.streets);
  fill(map, 'live-streets', scene.streets?.features ?? []);
}

export const streets: LiveLayer = { add, update };
