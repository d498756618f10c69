// What the gazetteer of a feed's city gives the map to stand on: outlines of beats, and streets. A feed without one has
// none: its map shows points alone.
import type { FeatureCollection } from 'geojson';
import { once } from '../lib/resource.svelte';
import type { components } from '../api/openapi';

type About = components['schemas']['FeedAreasModel'];

export class Ground {
  beats = $state.raw<FeatureCollection | null>(null);
  streets = $state.raw<FeatureCollection | null>(null);

  #asked = false;

  constructor(private readonly feed: string) {}

  /** Load what there is, once; nothing is asked for where the feed says that nothing is held. */
  begin(outlines: boolean | undefined): void {
    if (this.#asked || !outlines) return;
    this.#asked = true;
    void this.#load(`/api/v1/feeds/${this.feed}/areas`).catch(() => {});
  }

  async #load(path: string): Promise<void> {
    const about = await once<About>(path);
    if (about.ground)
      once<FeatureCollection>(`${path}/ground`).then(
        (found) => (this.streets = found),
        () => {},
      );
    if (about.kinds.includes('beat')) this.beats = await once<FeatureCollection>(`${path}/beat`);
  }
}
