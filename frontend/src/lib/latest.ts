// The newest month in words, the same on a dashboard and on the front page.
import type { LatestCard } from '../api/answers';
import { count, month, plural } from './words';

type Shown = Pick<LatestCard, 'month' | 'forces' | 'of_forces'>;

/** `November 2021, from 2 of 45 forces` */
export function latestWords(card: Shown): string {
  const forces = card.forces ?? 0;
  if (!forces) return month(card.month ?? '');
  const of =
    card.of_forces && card.of_forces > forces
      ? `${count(forces)} of ${plural(card.of_forces, 'force')}`
      : plural(forces, 'force');
  return `${month(card.month ?? '')}, from ${of}`;
}
