// What the live map's layers draw from. One file each for the layers; their order from the ground up stands in order.ts.
import type { Feature, FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl';
import type { Layer } from '../../layers/scene';
import type { Palette } from '../../lib/colours';
import type { Dictionary } from '../dictionary';
import type { Seen } from '../types';

export type LiveScene = {
  calls: readonly Seen[];
  dictionary: Dictionary;
  selected: string | null;
  palette: Palette;
  isDark: boolean;
  areas: FeatureCollection | null;
  streets: FeatureCollection | null;
};

export type LiveLayer = Layer<LiveScene>;

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function addSource(map: GlMap, id: string): void {
  if (!map.getSource(id)) map.addSource(id, { type: 'geojson', data: EMPTY, tolerance: 0.3 });
}

export function fill(map: GlMap, id: string, features: Feature[]): void {
  void map.getSource<GeoJSONSource>(id)?.setData({ type: 'FeatureCollection', features });
}
