// Words in a view that no record has: a link from before a vocabulary changed. The server says so in sentences that
// quote the word.
import type { State } from '../api/answers';
import { withValues, type View } from './view';

/** The view without the words that the sentences name; null where none of them can be found in it. */
export function withoutUnknown(view: View, state: State, sentences: string[]): View | null {
  const named = (words: string): boolean => sentences.some((sentence) => sentence.includes(`“${words}”`));
  let next = view;
  for (const { field, negated, values } of state.where) {
    const kept = values.filter((one) => !named(one.value) && !named(one.label)).map((one) => one.value);
    if (kept.length < values.length) next = withValues(next, field, kept, negated);
  }
  return next === view ? null : next;
}
