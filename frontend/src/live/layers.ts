// What the live map draws, from the ground up: streets, beats, the beats of calls that have no point, how far a place may
// be off, the calls, and the one that is chosen.
import type { Feature, FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl';
import type { Palette } from '../lib/colours';
import { hatching } from '../layers/scene';
import { extentOf } from '../map/bounds';
import { markImage, RANK_COLOURS } from './colours';
import type { Dictionary, Group } from './dictionary';
import type { Seen } from './types';
import { hasPoint, inArea } from './words';

export type LiveScene = {
  calls: readonly Seen[];
  dictionary: Dictionary;
  selected: string | null;
  palette: Palette;
  isDark: boolean;
  areas: FeatureCollection | null;
  streets: FeatureCollection | null;
};

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
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
export const CALLS = 'live-calls';
export const AREA_FILL = 'live-area-fill';

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

export function addLayers(map: GlMap, scene: LiveScene): void {
  drawn.delete(map); // the sources are new and empty
  const source = (id: string): void => {
    if (!map.getSource(id)) map.addSource(id, { type: 'geojson', data: EMPTY, tolerance: 0.3 });
  };
  ['live-streets', 'live-areas', 'live-points', 'live-chosen', 'live-names'].forEach(source);
  const { palette } = scene;
  map.addLayer({
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
  map.addLayer({
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
  map.addLayer({
    id: AREA_FILL,
    type: 'fill',
    source: 'live-areas',
    filter: ['>', ['get', 'calls'], 0],
    paint: { 'fill-pattern': 'hatch', 'fill-opacity': 0.55 },
  });
  map.addLayer({
    id: 'live-area-lines',
    type: 'line',
    source: 'live-areas',
    paint: { 'line-color': palette.pale, 'line-width': 1, 'line-opacity': 0.8 },
  });
  map.addLayer({
    id: 'live-area-names',
    type: 'symbol',
    source: 'live-names',
    minzoom: 11.3,
    layout: { 'text-field': ['get', 'name'], 'text-font': ['Inter Variable'], 'text-size': 12 },
    paint: {
      'text-color': palette.soft,
      'text-halo-color': palette.land,
      'text-halo-width': 1.5,
    },
  });
  map.addLayer({
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
  map.addLayer({
    id: 'live-chosen-reach',
    type: 'line',
    source: 'live-chosen',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'line-color': palette.ink, 'line-width': 1.5, 'line-dasharray': [3, 2] },
  });
  map.addLayer({
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
  map.addLayer({
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
  map.addLayer({
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
  setGround(map, scene);
  setCalls(map, scene);
}

/** A mark or a hatching, made when it is first drawn. */
export function addImage(map: GlMap, id: string, scene: LiveScene): void {
  if (map.hasImage(id)) return;
  if (id === 'hatch')
    return void map.addImage(id, hatching(scene.palette.amber, scene.palette.land), { pixelRatio: 2 });
  const [word, rank, group] = id.split('/');
  if (word !== 'mark') return;
  const { image, pixelRatio } = markImage(Number(rank), group as Group, scene.palette.card);
  map.addImage(id, image, { pixelRatio });
}

const put = (map: GlMap, id: string, features: Feature[]): void => {
  void map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features });
};

/** Streets, and the areas with how many calls are known to be somewhere in each. */
export function setGround(map: GlMap, scene: LiveScene): void {
  put(map, 'live-streets', scene.streets?.features ?? []);
  setAreas(map, scene);
}

// What of the areas is drawn: calls change all the time, how many are only known by their area seldom.
const drawn = new WeakMap<GlMap, { areas: FeatureCollection | null; counts: string }>();

function setAreas(map: GlMap, scene: LiveScene): void {
  const counts = areaCounts(scene.calls);
  const told = JSON.stringify([...counts].map(([name, calls]) => [name, calls.length]).sort());
  const before = drawn.get(map);
  if (before?.areas === scene.areas && before.counts === told) return;
  drawn.set(map, { areas: scene.areas, counts: told });
  const areas = (scene.areas?.features ?? []).map((area) => {
    const name = String(area.properties?.name ?? '');
    return { ...area, properties: { name, calls: counts.get(name)?.length ?? 0 } };
  });
  put(map, 'live-areas', areas);
  put(
    map,
    'live-names',
    areas.map((area) => {
      const count = area.properties.calls;
      const name = `${area.properties.name}${count > 0 ? `\n${count} ${count === 1 ? 'call' : 'calls'}` : ''}`;
      return { type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates: middle(area) } };
    }),
  );
}

/** The calls whose area alone is known, by the area's name: `beat 114` stands for the beat 114. */
export function areaCounts(calls: readonly Seen[]): Map<string, Seen[]> {
  const found = new Map<string, Seen[]>();
  for (const call of calls) {
    if (call.ended || !inArea(call)) continue;
    const name = (call.place?.area ?? '').replace(/^(beat|division|reporting area|reporting_area) /i, '');
    found.set(name, [...(found.get(name) ?? []), call]);
  }
  return found;
}

function middle(area: Feature): [number, number] {
  const [west, south, east, north] = extentOf(area);
  return [(west + east) / 2, (south + north) / 2];
}

/** The calls that have a point. */
export function setCalls(map: GlMap, scene: LiveScene): void {
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
  put(map, 'live-points', features);
  const chosen = scene.calls.find((call) => call.id === scene.selected);
  put(map, 'live-chosen', chosen ? reach(chosen) : []);
  setAreas(map, scene);
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
