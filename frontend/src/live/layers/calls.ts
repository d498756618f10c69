// The calls that have a point: how far each may be off, the one that is chosen, marks, words.
import type { Feature } from 'geojson';
import type { Map as GlMap } from 'maplibre-gl';
import { put } from '../../layers/scene';
import { RANK_COLOURS } from '../colours';
import type { Seen } from '../types';
import { hasPoint } from '../words';
import { addSource, fill, type LiveLayer, type LiveScene } from './scene';

export const CALLS = 'live-calls';
const EQUATOR = 40_075_016.7 / 512; // metres a pixel at zoom 0
const RANK_COLOUR: unknown = [
  'match',
  ['get', 'rank'],
  1,
  RANK_COLOURS[1],
  2,
  RANK_COLOURS[2],
  3,
  RANK_COLOURS[3],
  RANK_COLOURS[4],
];
// One in the middle and eight around it.
const MOST_AROUND = 9;

/** Metres as a radius in pixels, at every zoom. */
const metres = (name: string): unknown => [
  'interpolate',
  ['exponential', 2],
  ['zoom'],
  0,
  ['get', name],
  22,
  ['*', ['get', name], 4_194_304],
];

function add(map: GlMap, scene: LiveScene): void {
  addSource(map, 'live-points');
  addSource(map, 'live-chosen');
  addReach(map, scene);
  addMarks(map, scene);
  update(map, scene);
}

function addReach(map: GlMap, { palette }: LiveScene): void {
  put(map, {
    id: 'live-reach',
    type: 'circle',
    source: 'live-points',
    filter: ['>', ['get', 'r0'], 0],
    paint: {
      'circle-radius': metres('r0') as never,
      'circle-color': RANK_COLOUR as never,
      'circle-opacity': ['case', ['get', 'ended'], 0.03, 0.1],
      'circle-stroke-color': RANK_COLOUR as never,
      'circle-stroke-width': 1,
      'circle-stroke-opacity': ['case', ['get', 'ended'], 0.15, 0.45],
    },
  });
  put(map, {
    id: 'live-chosen-reach',
    type: 'line',
    source: 'live-chosen',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'line-color': palette.ink, 'line-width': 1.5, 'line-dasharray': [3, 2] },
  });
  put(map, {
    id: 'live-chosen',
    type: 'circle',
    source: 'live-points',
    filter: ['get', 'chosen'],
    paint: {
      'circle-radius': 19,
      'circle-color': palette.card,
      'circle-opacity': 0.6,
      'circle-stroke-color': palette.ink,
      'circle-stroke-width': 2.5,
    },
  });
}

function addMarks(map: GlMap, { palette }: LiveScene): void {
  put(map, {
    id: CALLS,
    type: 'symbol',
    source: 'live-points',
    layout: {
      'icon-image': ['get', 'mark'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true, // among two thousand marks nothing is gained by asking which lie over which
      'icon-offset': ['get', 'offset'] as never,
      'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.55, 11, 0.75, 14, 1],
      'symbol-sort-key': ['get', 'order'] as never,
    },
    paint: { 'icon-opacity': ['case', ['get', 'ended'], 0.4, 1] },
  });
  put(map, {
    id: 'live-words',
    type: 'symbol',
    source: 'live-points',
    minzoom: 12.5,
    filter: ['!', ['get', 'ended']],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': ['Inter Variable'],
      'text-size': 12,
      'text-anchor': 'left',
      'text-offset': [1.3, 0],
      'text-justify': 'left',
      'text-max-width': 12,
      'symbol-sort-key': ['get', 'rank'] as never,
    },
    paint: { 'text-color': palette.ink, 'text-halo-color': palette.land, 'text-halo-width': 1.6 },
  });
}

function update(map: GlMap, scene: LiveScene): void {
  const beside = new Map<string, number>();
  const crowds = crowded(scene.calls);
  const features: Feature[] = [];
  for (const call of scene.calls) {
    const { lat, lon, uncertainty_m } = call.place ?? {};
    if (!hasPoint(call) || lat == null || lon == null) continue;
    const { rank } = scene.dictionary.priority(call.priority);
    const nature = scene.dictionary.nature(call.nature);
    const spot = spotOf(lat, lon);
    const nth = beside.get(spot) ?? 0;
    beside.set(spot, nth + 1);
    // Many calls at one point are one mark with their number, that of the first in the list; the chosen one stands out.
    const crowd = crowds.get(spot) ?? 0;
    if (crowd > 0 && nth > 0 && call.id !== scene.selected) continue;
    features.push({
      type: 'Feature',
      properties: {
        id: call.id,
        rank: rank || 5,
        order: 10 - (rank || 5) + (call.id === scene.selected ? 10 : 0),
        mark: `mark/${rank}/${nature.group}/${scene.isDark ? 'dark' : 'light'}`,
        label: crowd > 0 ? `${crowd} calls at this point` : nature.label,
        ended: call.ended !== null,
        chosen: call.id === scene.selected,
        offset: crowd > 0 ? [0, 0] : around(nth),
        r0: uncertainty_m ? uncertainty_m / (EQUATOR * Math.cos((lat * Math.PI) / 180)) : 0,
      },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    });
  }
  fill(map, 'live-points', features);
  const chosen = scene.calls.find((call) => call.id === scene.selected);
  fill(map, 'live-chosen', chosen ? reach(chosen) : []);
}

/** Calls whose points are within about a meter stand at one spot. */
const spotOf = (lat: number, lon: number): string => `${lat.toFixed(5)},${lon.toFixed(5)}`;

/** Points at which more calls are than can stand around one, with how many. */
function crowded(calls: readonly Seen[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { place } of calls) {
    if (place?.lat == null || place.lon == null) continue;
    const spot = spotOf(place.lat, place.lon);
    counts.set(spot, (counts.get(spot) ?? 0) + 1);
  }
  return new Map([...counts].filter(([, count]) => count > MOST_AROUND));
}

/** Calls at one point stand in a ring, pixels. */
function around(nth: number): [number, number] {
  if (nth === 0) return [0, 0];
  const ring = Math.ceil(nth / 8);
  const turn = ((nth - 1) % 8) * (Math.PI / 4) + ring * 0.4;
  return [Math.round(Math.cos(turn) * 22 * ring), Math.round(Math.sin(turn) * 22 * ring)];
}

/** The circle that a chosen call lies in with the certainty that is stated. */
function reach(call: Seen): Feature[] {
  const { lat, lon, uncertainty_m } = call.place ?? {};
  if (lat == null || lon == null || !uncertainty_m) return [];
  const ring: [number, number][] = [];
  const degree = 111_195;
  for (let step = 0; step <= 64; step += 1) {
    const turn = (step / 64) * 2 * Math.PI;
    ring.push([
      lon + (Math.cos(turn) * uncertainty_m) / (degree * Math.cos((lat * Math.PI) / 180)),
      lat + (Math.sin(turn) * uncertainty_m) / degree,
    ]);
  }
  return [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }];
}

export const calls: LiveLayer = { add, update };
