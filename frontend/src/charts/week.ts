// The hours of a week as HourGrid draws them: of a card over days that are kept, or of a feed as it is going on.
import type { WeekCard } from '../api/answers';
import { count, plural, rate } from '../lib/words';

/** `missing`: never looked at; `outside`: not asked about. */
export type Cell = { value: number | null; kind: 'known' | 'missing' | 'outside'; words: string };
export type Day = { key: string; label: string; cells: Cell[] };

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const NEVER: Cell = { value: null, kind: 'missing', words: 'never watched' };
const OUTSIDE: Cell = { value: null, kind: 'outside', words: 'none of the days chosen' };

export const weekOfCard = (card: Pick<WeekCard, 'week'>): Day[] =>
  card.week.map((day) => ({
    key: day.value,
    label: day.label,
    cells: day.rates.map((value, hour) => (value === null ? noRate(day, hour) : known(day, hour, value))),
  }));

type WeekDay = WeekCard['week'][number];
const noRate = (day: WeekDay, hour: number): Cell => ((day.hours_expected[hour] ?? 0) > 0 ? NEVER : OUTSIDE);

function known(day: WeekDay, hour: number, value: number): Cell {
  const hours = day.hours_watched[hour] ?? 0;
  const watched = hours === Math.round(hours) ? plural(hours, 'hour') : `${rate(hours)} hours`;
  const words = `${rate(value)} an hour (${count(day.counts[hour] ?? 0)} in ${watched} watched)`;
  return { value, kind: 'known', words };
}

/** `hours` are calls opened in an hour that was watched, Monday first; null where nobody ever watched. */
export const weekOfFeed = (hours: (number | null)[][]): Day[] =>
  hours.map((row, day) => ({
    key: String(day),
    label: DAYS[day] ?? '',
    cells: row.map((value) =>
      value === null ? NEVER : { value, kind: 'known', words: `${rate(value)} calls an hour` },
    ),
  }));
