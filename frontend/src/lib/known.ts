// What is said where a figure is not known: never 0, always why.
import type { Coverages, Gap, Known } from '../api/answers';
import { isMessage, say } from './messages';
import { capital, count } from './words';

export const DASH = '–';
/** `1,034,848`, or a dash for what is not known. */
export const figure = (value: Known | undefined): string => (value == null ? DASH : count(value));
export const forceMonths = (number: number): string => say('forceMonths', { count: number, number: count(number) });

/** Why there is no figure, in a few words; empty where there is one. */
export function reasonOf(state: string | null | undefined): string {
  const name = `reason.${state ?? ''}`;
  return isMessage(name) ? say(name) : '';
}
/** The same as a word of a table: `complete`, `part`, or why nothing is held. */
export function stateOf(row: Coverages): string {
  if (row.state) return row.state;
  if (row.held == null || row.expected == null) return '';
  return row.held === 0 ? 'not held' : row.held < row.expected ? 'part' : 'complete';
}
/** Whether something is lacking from the figure. */
export const lacks = (row: Coverages): boolean => row.held != null && row.expected != null && row.held < row.expected;

/** Who lacks most of what is asked, in the open: `Gwent Police 60 months, City of London Police 47 months and 3 more`. */
export function mostMissing(gaps: readonly Gap[], atMost = 2): string {
  const months = new Map<string, number>();
  // What could not be recorded is nobody's lack.
  for (const gap of gaps.filter((one) => one.state !== 'could not be recorded'))
    months.set(gap.name, (months.get(gap.name) ?? 0) + gap.units);
  const most = [...months].sort((a, b) => b[1] - a[1]);
  if (most.length === 0) return '';
  const named = most
    .slice(0, atMost)
    .map(([name, months]) => say('missing.months', { who: capital(name), count: months, number: count(months) }));
  const more = most.length - named.length;
  if (more === 0) return say('missing.all', { named: named.join(', ') });
  return say('missing.most', { named: named.join(', '), more: count(more) });
}
