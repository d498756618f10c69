// What is said where a figure is not known: never 0, always why.
import type { Coverages, Gap, Known } from '../api/answers';
import { capital, count, plural } from './words';

export const DASH = '–';
/** `1,034,848`, or a dash for what is not known. */
export const figure = (value: Known | undefined): string => (value == null ? DASH : count(value));
export const forceMonths = (number: number): string => plural(number, 'force-month');

const REASONS: Record<string, string> = {
  missing: 'nothing was published',
  'not held': 'no file is held',
  'not covered': 'no release that is held covers this',
  'not yet published': 'not yet published',
  'before publication': 'before publication began',
  quarantined: 'the file cannot be read',
  'not fetched': 'left out when it was loaded',
  'could not be recorded': 'this could not be recorded then',
  'out of scope': 'outside what is held here',
  'not published': 'never published by this force',
};
/** Why there is no figure, in a few words; empty where there is one. */
export const reasonOf = (state: string | null | undefined): string => REASONS[state ?? ''] ?? '';
/** The same as a word of a table: `complete`, `part`, or why nothing is held. */
export function stateOf(row: Coverages): string {
  if (row.state) return row.state;
  if (row.held == null || row.expected == null) return '';
  return row.held === 0 ? 'not held' : row.held < row.expected ? 'part' : 'complete';
}
/** Whether something is lacking from the figure. */
export const lacks = (row: Coverages): boolean => row.held != null && row.expected != null && row.held < row.expected;

/** Who lacks most of what is asked, in the open: `Gwent Police 60 months, City of London Police 47 months and 3 more`. */
export function mostMissing(gaps: readonly Gap[], named = 2): string {
  const months = new Map<string, number>();
  // What could not be recorded is nobody's lack.
  for (const gap of gaps.filter((one) => one.state !== 'could not be recorded'))
    months.set(gap.name, (months.get(gap.name) ?? 0) + gap.units);
  const most = [...months].sort((a, b) => b[1] - a[1]);
  if (most.length === 0) return '';
  const told = most.slice(0, named).map(([name, its]) => `${capital(name)} ${plural(its, 'month')}`);
  const more = most.length - told.length;
  return `${more > 0 ? 'Most of it: ' : 'Missing: '}${told.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}
