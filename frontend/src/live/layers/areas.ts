// Beats, hatched where calls are known to be somewhere in them, with how many.
import type { Feature, FeatureCollection } from 'geojson';
import type { Map as GlMap } from 'maplibre-gl';
import { put } from '../../layers/scene';
import { extentOf } from '../../map/bounds';
import type { Seen } from '../types';
import { inArea } from '../words';
import { addSource, fill, type LiveLayer, type LiveScene } from './scene';

export const AREA_FILL = 'live-area-fill';
// What is drawn: calls change all the time, how many are only known by their area seldom.
const drawn = new WeakMap<GlMap, { areas: FeatureCollection | null; counts: string }>();

function add(map: GlMap, scene: LiveScene): void {
  const { palette } = scene;
  drawn.delete(map); // the sources are new and empty
  addSource(map, 'live-areas');
  addSource(map, 'live-names');
  put(map, {
    id: AREA_FILL,
    type: 'fill',
    source: 'live-areas',
    filter: ['>', ['get', 'calls'], 0],
    paint: { 'fill-pattern': 'hatch', 'fill-opacity': 0.55 },
  });
  put(map, {
    id: 'live-area-lines',
    type: 'line',
    source: 'live-areas',
    paint: { 'line-color': palette.pale, 'line-width': 1, 'line-opacity': 0.8 },
  });
  put(map, {
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
  update(map, scene);
}

function update(map: GlMap, scene: LiveScene): void {
  const counts = areaCounts(scene.calls);
  const told = JSON.stringify([...counts].map(([name, calls]) => [name, calls.length]).sort());
  const before = drawn.get(map);
  if (before?.areas === scene.areas && before.counts === told) return;
  drawn.set(map, { areas: scene.areas, counts: told });
  const areas = (scene.areas?.features ?? []).map((area) => {
    const name = String(area.properties?.name ?? '');
    return { ...area, properties: { name, calls: counts.get(name)?.length ?? 0 } };
  });
  fill(map, 'live-areas', areas);
  fill(
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

export const areas: LiveLayer = { add, update };
