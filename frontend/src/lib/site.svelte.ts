// What this installation is: asked once, read by the header, the footer and the pages.
import type { Site } from '../api/answers';
import { Problem } from '../api/client';
import { isWatched } from './capabilities';
import { once } from './resource.svelte';

class SiteState {
  data = $state.raw<Site | null>(null);
  problem = $state.raw<Problem | null>(null);

  constructor() {
    this.load();
  }

  load(): void {
    once<Site>('/api/v1/site').then(
      (site) => {
        this.data = site;
        this.problem = null;
      },
      (error: unknown) => {
        this.problem = error instanceof Problem ? error : new Problem(0, 'That did not work', String(error));
      },
    );
  }
}

export const site = new SiteState();

/** The months and the data version that a dataset's figures come from: calls have their own. */
export const monthsOf = (dataset: string): Site['months'] =>
  isWatched(dataset) ? (site.data?.calls?.months ?? null) : (site.data?.months ?? null);
export const versionOf = (dataset: string): string =>
  (isWatched(dataset) ? site.data?.calls?.version.name : site.data?.version?.name) ?? '';
