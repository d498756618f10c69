// Numbers, months and shares as people read them, in British English.

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
const long = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const brief = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const whenDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `1,034,848` */
export const count = (value: number): string => whole.format(value);
/** `45k`, for axes only. */
export const axis = (value: number): string => short.format(value).toLowerCase();
/** `12.3` */
export const rate = (value: number): string => oneDigit.format(value);

/** `25%`, `<1%` for what is not nothing. */
export function share(value: number): string {
  if (value > 0 && value < 0.005) return '<1%';
  return `${Math.round(value * 100)}%`;
}
/** `25.4%`, for headline figures. */
export const exactShare = (value: number): string => `${oneDigit.format(value * 100)}%`;

function first(month: string): Date {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, (number ?? 1) - 1, 1));
}
/** `2021-09` → `September 2021`; what is no month stays as it is. */
export const month = (value: string): string => (/^\d{4}-\d\d$/.test(value) ? long.format(first(value)) : value);
/** `Sep 2021` */
export const shortMonth = (value: string): string =>
  /^\d{4}-\d\d$/.test(value) ? brief.format(first(value)).replace('Sept', 'Sep') : value;
const dayOfWeek = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const briefDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
/** `2026-03-09` → `Monday 9 March 2026` */
export const day = (value: string): string => dayOfWeek.format(new Date(`${value}T00:00:00Z`)).replace(',', '');
/** `9 Mar` */
export const shortDay = (value: string): string =>
  briefDay.format(new Date(`${value}T00:00:00Z`)).replace('Sept', 'Sep');
export const date = (value: string): string => whenDay.format(new Date(value));

/** `January 2019 to November 2021` */
export const span = (from: string, to: string): string =>
  from === to ? month(from) : `${month(from)} to ${month(to)}`;
export const shortSpan = (from: string, to: string): string =>
  from === to ? shortMonth(from) : `${shortMonth(from)} – ${shortMonth(to)}`;

/** All months from first to last, both included. */
export function monthsBetween(from: string, to: string): string[] {
  const out: string[] = [];
  let [year, number] = from.split('-').map(Number) as [number, number];
  while (out.length < 2400) {
    const text = `${year}-${String(number).padStart(2, '0')}`;
    if (text > to) break;
    out.push(text);
    number += 1;
    if (number > 12) [year, number] = [year + 1, 1];
  }
  return out;
}

/** `4% fewer than in April 2023`: no colour, no arrow, no judgement. */
export function change(value: number): string {
  const size = Math.abs(value);
  if (size < 0.005) return 'about the same as';
  const words = size < 0.1 ? oneDigit.format(size * 100) : whole.format(size * 100);
  return `${words}% ${value < 0 ? 'fewer' : 'more'} than`;
}
export const capital = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());
export const plural = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;
