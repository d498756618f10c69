// The words of the trade in plain English: shown where they stand, and all together on /terms.
import { say } from './messages';

const NAMES = [
  'force-month',
  'coverage',
  'release',
  'data-version',
  'anti-social-behaviour',
  'recorded-crime',
  'call-for-service',
  'closed-day',
  'watched',
  'call-place',
  'outcome',
  'still-open',
  'snap-point',
  'no-location',
  'local-authority',
  'town',
  'lsoa',
  'per-1000',
  'stop-and-search',
  'officer-defined',
  'not-recorded',
  'complete-month',
  'crime-id',
] as const;
export type TermName = (typeof NAMES)[number];
export type TermWords = { title: string; words: string };

export const termOf = (name: TermName): TermWords => ({ title: say(`term.${name}`), words: say(`term.${name}.words`) });

/** Every term with its name, by their titles. */
export const terms = (): (TermWords & { name: TermName })[] =>
  NAMES.map((name) => ({ name, ...termOf(name) })).sort((a, b) => a.title.localeCompare(b.title));
