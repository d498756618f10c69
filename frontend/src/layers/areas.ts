// Far out: areas by count or by rate. What is missing is hatched over the colour, never instead of it; areas of others, in
// which only stray records lie, stand apart and set no class.
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl';
import type { AreaRow } from '../api/answers';
import { breaks } from '../lib/colours';
import { hatching, put, stepped, type Layer, type Scene } from './scene';

const SOURCE = 'areas';
const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** What an area's colour can say: its figure, with or without what is missing; nothing; or that it is another's. */
export type Kind = 'whole' | 'part' | 'unknown' | 'stray' | 'outside';

// Of these nothing is lacking here: they are ground, and no hole in what is held.
const OUTSIDE = new Set(['out of scope', 'not published']);

export function kindOf(row: AreaRow): Kind {
  if (!row.inside) return row.count ? 'stray' : 'outside';
  if (row.count === null) return row.expected === 0 || OUTSIDE.has(row.state) ? 'outside' : 'unknown';
  // Over a tenth of its months missing: its shade must not be read as it stands.
  return row.state === 'few located' || (row.expected > 0 && row.held / row.expected < 0.9) ? 'part' : 'whole';
}

export function valueOf(row: Pick<AreaRow, 'count' | 'rate'>, shade: Scene['shade']): number | null {
  return row.count === null ? null : shade === 'rate' ? row.rate : row.count;
}

/** The classes come from the areas that the filters are about, not from what strays into others. */
export function areaBreaks(scene: Pick<Scene, 'card' | 'shade'>): number[] {
  const rows = (scene.card.areas?.rows ?? []).filter((row) => row.inside);
  return breaks(rows.map((row) => valueOf(row, scene.shade) ?? 0));
}

/** The zoom below which areas are filled; 0 would mean no end. */
const below = (scene: Scene): number => Math.max(scene.squares, 0.01);

function add(map: GlMap, scene: Scene): void {
  map.addSource(SOURCE, { type: 'geojson', data: scene.boundaries ?? NOTHING, promoteId: 'id', tolerance: 0.2 });
  const none = ['in', ['get', 'id'], ['literal', []]] as never;
  put(map, { id: 'area-fill', type: 'fill', source: SOURCE, maxzoom: below(scene) });
  put(map, { id: 'area-hatch', type: 'fill', source: SOURCE, maxzoom: below(scene), filter: none });
  put(map, { id: 'area-line', type: 'line', source: SOURCE });
  put(map, { id: 'area-chosen', type: 'line', source: SOURCE });
  update(map, scene);
}

function update(map: GlMap, scene: Scene): void {
  const { palette, card } = scene;
  const rows = card.areas?.rows ?? [];
  void map.getSource<GeoJSONSource>(SOURCE)?.setData(scene.boundaries ?? NOTHING);
  if (map.hasImage('hatch')) map.removeImage('hatch');
  map.addImage('hatch', hatching(palette.amber, palette.card), { pixelRatio: 2 });
  for (const id of ['area-fill', 'area-hatch']) map.setLayerZoomRange(id, 0, below(scene));

  map.removeFeatureState({ source: SOURCE });
  for (const row of rows) {
    const chosen = scene.selected.includes(row.name) || scene.selected.includes(row.id);
    const kind = kindOf(row);
    map.setFeatureState(
      { source: SOURCE, id: row.id },
      {
        value: kind === 'whole' || kind === 'part' ? (valueOf(row, scene.shade) ?? -1) : -1,
        kind,
        chosen,
        out: scene.selected.length > 0 && !chosen,
      },
    );
  }
  const value = ['coalesce', ['feature-state', 'value'], -1];
  const kind = ['coalesce', ['feature-state', 'kind'], 'outside'];
  map.setPaintProperty('area-fill', 'fill-color', [
    'case',
    ['==', kind, 'stray'],
    palette.stray,
    ['<=', value, 0],
    palette.land,
    stepped(value, palette.steps, areaBreaks(scene)),
  ] as never);
  map.setPaintProperty('area-fill', 'fill-opacity', ['case', ['boolean', ['feature-state', 'out'], false], 0.35, 0.95]);
  const hatched = rows.filter((row) => ['part', 'unknown'].includes(kindOf(row))).map((row) => row.id);
  map.setFilter('area-hatch', ['in', ['get', 'id'], ['literal', hatched]]);
  map.setPaintProperty('area-hatch', 'fill-pattern', 'hatch');
  // White between the shaded areas; grey where the ground shows beneath.
  map.setPaintProperty('area-line', 'line-color', ['step', ['zoom'], palette.edge, scene.squares, palette.second]);
  map.setPaintProperty('area-line', 'line-width', ['interpolate', ['linear'], ['zoom'], 4, 0.4, 9, 1.2]);
  map.setPaintProperty('area-line', 'line-opacity', ['step', ['zoom'], 0.8, scene.squares, 0.5]);
  map.setPaintProperty('area-chosen', 'line-color', palette.ink);
  map.setPaintProperty('area-chosen', 'line-width', ['case', ['boolean', ['feature-state', 'chosen'], false], 2, 0]);
}

export const areas: Layer = { add, update };
