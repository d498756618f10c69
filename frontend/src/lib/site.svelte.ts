import { capabilitiesOf } from './capabilities';
// What this installation is: asked once, read by the header, the footer and the pages.
import type { Site } from '../api/answers';
import { Problem } from '../api/client';
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

/** What a dataset's figures come from: its family, or what the site as a whole stands on. */
const heldOf = (dataset: string): { months: Site['months']; version: Site['version'] } | null | undefined =>
  capabilitiesOf(dataset).has_publishers
    ? site.data
    : site.data?.families.find((one) => one.datasets.includes(dataset));
/** The months and the data version that a dataset's figures come from. */
export const monthsOf = (dataset: string): Site['months'] => heldOf(dataset)?.months ?? null;
export const versionOf = (dataset: string): string => heldOf(dataset)?.version?.name ?? '';
