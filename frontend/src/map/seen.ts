// The map points in view as a list: what the circles say, for those who do not use the circles.
import type { Map as GlMap } from 'maplibre-gl';
import { isWatched } from '../lib/capabilities';

export type SeenPoint = { at: string; name: string; n: number };

export function pointsIn(map: GlMap): SeenPoint[] {
  if (!map.getLayer('points')) return [];
  const found = new Map<string, SeenPoint>();
  for (const { properties } of map.queryRenderedFeatures({ layers: ['points'] })) {
    const at = String(properties.at ?? '');
    if (at) found.set(at, { at, name: String(properties.name ?? ''), n: Number(properties.n) || 0 });
  }
  return [...found.values()].sort((a, b) => b.n - a.n);
}

/** What stands at a map point: of calls the block or the crossing as it was listed. */
export const nameOf = (name: string, dataset: string): string =>
  isWatched(dataset) ? name.trim() || 'At a point without a street name' : near(name);

/** `On or near Elm Street`; the publisher's words mostly begin so already. */
export function near(name: string): string {
  const street = name.trim().replace(/^on or near\s*/i, '');
  return street ? `On or near ${street}` : 'At a map point without a street name';
}
