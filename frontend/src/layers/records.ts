// The tiles of every record under the current filters: squares to zoom 11, map points from 12 on.
import type { Map as GlMap, VectorTileSource } from 'maplibre-gl';
import type { Scene } from './scene';

export const RECORDS = 'records';

/** A worker has no page address to start from: the tiles' address is made whole, its braces kept. */
const whole = (path: string): string => (path.startsWith('/') ? window.location.origin + path : path);

export function addRecords(map: GlMap, scene: Scene): void {
  if (map.getSource(RECORDS)) return;
  map.addSource(RECORDS, {
    type: 'vector',
    tiles: [whole(scene.card.tiles)],
    minzoom: 0, // none is fetched below the zoom from which its layers are shown
    maxzoom: 16,
  });
}

export function updateRecords(map: GlMap, scene: Scene): void {
  const source = map.getSource<VectorTileSource>(RECORDS);
  const tiles = whole(scene.card.tiles);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- a source that still loads has no tiles yet
  if (source && source.tiles?.[0] !== tiles) source.setTiles([tiles]);
}
