// What the gazetteer of a feed's city gives the map to stand on: outlines of beats, and streets. A feed without one has
// none: its map shows points alone.
import type { FeatureCollection } from 'geojson';
import { once } from '../lib/resource.svelte';
import type { components } from '../api/openapi';

type About = components['schemas']['FeedAreasModel'];

export class Ground {
  beats = $state.raw<FeatureCollection | null>(null);
  streets = $state.raw<FeatureCollection | null>(null);

  constructor(feed: string) {
    void this.#load(`/api/v1/feeds/${feed}/areas`).catch(() => {});
  }

  async #load(path: string): Promise<void> {
    const about = await once<About>(path);
    if (about.ground) once<FeatureCollection>(`${path}/ground`).then((found) => (this.streets = found), () => {});
    if (about.kinds.includes('beat')) this.beats = await once<FeatureCollection>(`${path}/beat`);
  }
}
