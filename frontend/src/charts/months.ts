// What a chart by month draws: columns where something is known, what is missing hatched at its usual level, and one calm
// band over each run of months that nothing can be said of. The chart, the small chart and the picture all draw this.
import type { Known, MonthsCard } from '../api/answers';
import { isMessage, say } from '../lib/messages';

/** `usual` is the level of what is missing, null where nobody can say. `never`: in a band, with nothing to draw. */
export type Month = { values: Known[]; usual: Known; complete: boolean; never: boolean };
/** Months `from` to `to` (places, both included) that have no figure and no usual level, and why. */
export type Band = { from: number; to: number; state: string; words: string };
export type Months = { months: Month[]; bands: Band[] };

type Shown = Pick<MonthsCard, 'months' | 'values' | 'complete' | 'missing_usual' | 'missing'> & {
  state?: string[] | null;
};

// In these nothing was ever to be had here: they have no usual level.
const NEVER = new Set([
  'not covered',
  'not yet published',
  'before publication',
  'could not be recorded',
  'out of scope',
]);
// Files that may well be published: at the ends of a chart they are the edge of what is held, not a hole in it.
const EDGE = new Set(['not held', 'not fetched', 'not covered']);

const UNWATCHED = 'nobody watched';
// Reasons that are told together where they follow each other: for a reader it is one hole.
const ONE_HOLE = new Set(['not held', 'not covered', 'not fetched']);

/** What all charts by month draw; `from` and `to` cut out a part of the months (places, `to` not included). */
export function monthsOf(card: Shown, from = 0, to = card.months.length): Months {
  const states = card.months.map((_, at) => stateAt(card, at));
  const empty = card.months.map((_, at) => card.values.every((series) => series[at] == null));
  const edge = edges(states, empty);
  const months = card.months.map((_, at): Month => {
    const state = states[at] ?? '';
    const usual = card.missing_usual[at] ?? null;
    const never = Boolean(empty[at]) && (NEVER.has(state) || Boolean(edge[at]) || usual === null || usual <= 0);
    return {
      values: card.values.map((series) => series[at] ?? null),
      usual: never ? null : usual,
      complete: card.complete[at] ?? true,
      never,
    };
  });
  return { months: months.slice(from, to), bands: bandsOf(months.slice(from, to), states.slice(from, to)) };
}

/** The places of the months that are chosen (the last not included); all where none is. */
export function chosenOf(card: Pick<MonthsCard, 'months' | 'selected'>): [number, number] {
  const { selected, months } = card;
  const [from, to] = selected ? [months.indexOf(selected.from), months.indexOf(selected.to)] : [-1, -1];
  return from < 0 || to < from ? [0, months.length] : [from, to + 1];
}

function stateAt(card: Shown, at: number): string {
  const told = card.state?.[at];
  if (told) return told;
  // What is watched rather than published has no states.
  return card.missing[at] === UNWATCHED ? UNWATCHED : '';
}

/** For each month whether it lies in a run of unknown months that begins or ends the chart. */
function edges(states: string[], empty: boolean[]): boolean[] {
  const out = states.map(() => false);
  const unknown = (at: number): boolean =>
    Boolean(empty[at]) && (EDGE.has(states[at] ?? '') || NEVER.has(states[at] ?? ''));
  for (let at = 0; at < states.length && unknown(at); at++) out[at] = true;
  for (let at = states.length - 1; at >= 0 && unknown(at); at--) out[at] = true;
  return out;
}

function bandsOf(months: Month[], states: string[]): Band[] {
  const out: Band[] = [];
  months.forEach((month, at) => {
    if (!month.never) return;
    const state = states[at] ?? '';
    const last = out.at(-1);
    const beside = last?.to === at - 1;
    if (last && beside && last.state === state) last.to = at;
    else if (last && beside && ONE_HOLE.has(last.state) && ONE_HOLE.has(state))
      Object.assign(last, { to: at, state: 'not held' });
    else out.push({ from: at, to: at, state, words: '' });
  });
  return out.map((band) => ({ ...band, words: wordsOf(band.state) }));
}

function wordsOf(state: string): string {
  const name = `band.${state}`;
  return say(isMessage(name) ? name : 'band.unknown');
}
