// What the cards of one page ask together, and how a click changes it. Handed down by the page that holds the cards.
import { getContext, setContext } from 'svelte';
import type { Coverage } from '../api/answers';
import { isWatched } from './capabilities';
import { mostMissing } from './known';
import type { View } from './view';

export type Asking = {
  /** The dashboard's name: embeds are addressed by it. */
  readonly dashboard: string;
  /** What is chosen on this page. */
  readonly view: View;
  /** The same with what the page itself fixes (an area page: its area): for links, downloads, citations. */
  readonly whole: View;
  /** The coverage of the page's own dataset, with its gaps by name. */
  readonly coverage: Coverage | null;
  /** Changes the choice; null where nothing can be chosen (an embedded card). */
  readonly change: ((view: View, how?: { replace?: boolean }) => void) | null;
};

const KEY = Symbol('asking');
export const provide = (asking: Asking): Asking => setContext(KEY, asking);
/** How complete a card is: its own words, or the page's where a filter keeps nothing at all. */
export const completeness = (card: { coverage: Coverage | null }, asking: Asking): Coverage | null =>
  card.coverage ?? asking.coverage;
/** How complete a card is and who lacks most, where it stands without its page. */
export function lackingWords(card: { coverage: Coverage | null; dataset: string }, asking: Asking): string {
  const found = completeness(card, asking);
  if (!found || found.complete || isWatched(card.dataset)) return found?.words ?? '';
  const most = mostMissing(found.gaps ?? asking.coverage?.gaps ?? []);
  return most && found.held > 0 ? `${found.words} ${most}.` : found.words;
}
/** What a card is called where it stands without its page: what, where, when. */
export const titleOf = (card: { heading?: string | null; title: string }): string => card.heading || card.title;
export const asked = (): Asking => getContext<Asking>(KEY);
