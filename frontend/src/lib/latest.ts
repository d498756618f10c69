// The newest month in words, the same on a dashboard and on the front page.
import type { LatestCard } from '../api/answers';
import { say } from './messages';
import { count, month } from './words';

type Shown = Pick<LatestCard, 'month' | 'forces' | 'of_forces'>;

/** `November 2021, from 2 of 45 forces` */
export function latestWords(card: Shown): string {
  const forces = card.forces ?? 0;
  if (!forces) return month(card.month ?? '');
  const all = card.of_forces ?? 0;
  const values = { month: month(card.month ?? ''), forces: count(forces) };
  if (all > forces) return say('latest.some', { ...values, count: all, number: count(all) });
  return say('latest.all', { ...values, count: forces, number: count(forces) });
}
