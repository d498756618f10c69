// Far out: areas by count or by rate. Where force-months are missing they are hatched as well.
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl';
import { breaks } from '../lib/colours';
import { hatching, put, SQUARES, stepped, type Layer, type Scene } from './scene';

const SOURCE = 'areas';
const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** Whether so much of an area is missing that its shade must not be read as it stands: over a tenth of its months. */
export function lacksMonths(row: { held: number; expected: number }): boolean {
  return row.expected > 0 && row.held / row.expected < 0.9;
}

export function valueOf(row: { count: number; rate: number | null }, shade: Scene['shade']): number | null {
  return shade === 'rate' ? row.rate : row.count;
}
export function areaBreaks(scene: Pick<Scene, 'card' | 'shade'>): number[] {
  return breaks((scene.card.areas?.rows ?? []).map((row) => valueOf(row, scene.shade) ?? 0));
}

function add(map: GlMap, scene: Scene): void {
  map.addSource(SOURCE, { type: 'geojson', data: scene.boundaries ?? NOTHING, promoteId: 'id', tolerance: 0.2 });
  put(map, { id: 'area-fill', type: 'fill', source: SOURCE, maxzoom: SQUARES });
  put(map, { id: 'area-hatch', type: 'fill', source: SOURCE, maxzoom: SQUARES, filter: ['in', ['get', 'id'], ['literal', []]] });
  put(map, { id: 'area-line', type: 'line', source: SOURCE });
  put(map, { id: 'area-chosen', type: 'line', source: SOURCE });
  update(map, scene);
}

function update(map: GlMap, scene: Scene): void {
  const { palette, card } = scene;
  const rows = card.areas?.rows ?? [];
  (map.getSource(SOURCE) as GeoJSONSource | undefined)?.setData(scene.boundaries ?? NOTHING);
  if (map.hasImage('hatch')) map.removeImage('hatch');
  map.addImage('hatch', hatching(palette.amber, palette.card), { pixelRatio: 2 });

  map.removeFeatureState({ source: SOURCE });
  for (const row of rows) {
    const chosen = scene.selected.includes(row.name) || scene.selected.includes(row.id);
    map.setFeatureState(
      { source: SOURCE, id: row.id },
      { value: valueOf(row, scene.shade) ?? -1, chosen, out: scene.selected.length > 0 && !chosen },
    );
  }
  const value = ['coalesce', ['feature-state', 'value'], -1];
  map.setPaintProperty('area-fill', 'fill-color', [
    'case', ['<=', value, 0], palette.land, stepped(value, palette.steps, areaBreaks(scene)),
  ] as never);
  map.setPaintProperty('area-fill', 'fill-opacity', ['case', ['boolean', ['feature-state', 'out'], false], 0.35, 0.95]);
  map.setFilter('area-hatch', ['in', ['get', 'id'], ['literal', rows.filter(lacksMonths).map((row) => row.id)]]);
  map.setPaintProperty('area-hatch', 'fill-pattern', 'hatch');
  // White between the shaded areas; grey where the ground shows beneath.
  map.setPaintProperty('area-line', 'line-color', ['step', ['zoom'], palette.card, SQUARES, palette.second]);
  map.setPaintProperty('area-line', 'line-width', ['interpolate', ['linear'], ['zoom'], 4, 0.4, 9, 1.2]);
  map.setPaintProperty('area-line', 'line-opacity', ['step', ['zoom'], 0.8, SQUARES, 0.5]);
  map.setPaintProperty('area-chosen', 'line-color', palette.ink);
  map.setPaintProperty('area-chosen', 'line-width', ['case', ['boolean', ['feature-state', 'chosen'], false], 2, 0]);
}

export const areas: Layer = { add, update };
