// What is said where a figure is not known: never 0, always why.
import type { Coverages, Known } from '../api/answers';
import { count, plural } from './words';

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
