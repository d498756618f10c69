// Every chart as a table: the same numbers, for those who read rather than look. Each row says how much of it is held.
import type { Answered, AreaRow, BarRow, BarsCard, Coverages, MapCard, MonthsCard } from '../api/answers';
import { isWatched } from '../lib/capabilities';
import { DASH, figure, stateOf } from '../lib/known';
import { count, day, exactShare, month, rate, share } from '../lib/words';
import { chosenOf } from './months';

export type Table = { head: string[]; rows: string[][]; more: string };

const UNWATCHED = 'nobody watched';
const COVERAGE = ['Held', 'Expected', 'State'];
const two = (hour: number): string => String(hour).padStart(2, '0');
const number = (value: number | null | undefined): string => (value == null ? '' : count(value));
/** How much of a row is held, in the three columns of every table and every file. */
const covered = (row: Coverages): string[] => [number(row.held), number(row.expected), stateOf(row)];

export function tableOf(card: Answered): Table | null {
  switch (card.kind) {
    case 'months':
      return months(card);
    case 'days':
      return {
        head: ['Day', ...card.series.map((one) => one.label), 'Watched'],
        rows: card.days.map((key, index) => [
          day(key),
          ...card.series.map((_, series) => {
            const value = card.values[series]?.[index];
            return value == null ? UNWATCHED : count(value);
          }),
          card.missing[index] || 'all the time',
        ]),
        more: card.note,
      };
    case 'week':
      return {
        head: ['Hour', ...card.week.map((one) => one.label)],
        rows: Array.from({ length: 24 }, (_, hour) => [
          `${two(hour)}:00`,
          ...card.week.map((one) =>
            one.rates[hour] == null
              ? UNWATCHED
              : `${count(one.counts[hour] ?? 0)} (${rate(one.rates[hour] ?? 0)} an hour)`,
          ),
        ]),
        more: '',
      };
    case 'median':
      return {
        head: ['Minutes', 'Median'],
        rows: (['least', 'figure', 'most'] as const).map((name, at) => [
          ['Had each been as short as it can have been', 'In the middle', 'Had each been as long as it can have been'][
            at
          ] ?? '',
          card[name] === null ? '' : rate(card[name]),
        ]),
        more: card.words,
      };
    case 'bars':
      return bars(card);
    case 'hours':
      return {
        head: ['Hour', 'Count'],
        rows: [
          ...card.hours.map((value, hour) => [
            `${two(hour)}:00`,
            value === null ? (isWatched(card.dataset) ? UNWATCHED : DASH) : count(value),
          ]),
          ...(isWatched(card.dataset) ? [] : [['Time not known', figure(card.unknown)]]),
        ],
        more: card.reason ?? '',
      };
    case 'map':
      return map(card);
    case 'share':
      return {
        head: ['Part', 'Count'],
        rows: [
          [card.title, figure(card.numerator)],
          ['Of', figure(card.denominator)],
          ['Not recorded', figure(card.not_recorded)],
          ...(card.share === null ? [] : [['Share', exactShare(card.share)]]),
        ],
        more: card.reason,
      };
    default:
      return null;
  }
}

function months(card: MonthsCard): Table {
  const watched = isWatched(card.dataset);
  const coverage = (index: number): string[] => {
    const [held, expected] = [card.held[index] ?? null, card.expected[index] ?? null];
    if (watched) return [`${held ?? ''} of ${expected ?? ''}`];
    return covered({ held, expected, state: card.state?.[index] ?? null });
  };
  return {
    head: ['Month', ...card.series.map((one) => one.label), ...(watched ? ['Days watched'] : COVERAGE), 'Missing'],
    // The months that are chosen, as in the file; their neighbours are there to be looked at.
    rows: card.months
      .map((key, index) => [
        month(key),
        ...card.series.map((_, series) => {
          const value = card.values[series]?.[index];
          return value == null ? (watched ? UNWATCHED : DASH) : count(value);
        }),
        ...coverage(index),
        card.missing[index] ?? '',
      ])
      .slice(...chosenOf(card)),
    more: '',
  };
}

function bars(card: BarsCard): Table {
  const rates = card.rows.some((row) => row.rate != null);
  const told = card.rows.length > 0;
  const line = (row: BarRow): string[] => [
    row.label,
    figure(row.count),
    row.count === null || row.share === null ? '' : share(row.share),
    ...(rates ? [row.rate == null ? '' : rate(row.rate)] : []),
    ...(told ? covered(row) : []),
  ];
  return {
    head: [card.title, 'Count', 'Share', ...(rates ? ['Per 1,000 residents'] : []), ...(told ? COVERAGE : [])],
    rows: [...card.rows, ...(card.unknown ? [card.unknown] : [])].map(line),
    more: card.rest
      ? `${card.rest.rows} more values with ${figure(card.rest.count)} together are in the CSV.`
      : card.reason,
  };
}

function map(card: MapCard): Table | null {
  if (!card.areas) return null;
  const located = card.areas.rows.some((row) => row.located_share != null);
  const line = (row: AreaRow): string[] => [
    row.name,
    figure(row.count),
    row.count === null || row.rate === null ? '' : rate(row.rate),
    row.residents === null ? '' : count(row.residents),
    ...covered(row),
    ...(located ? [row.located_share == null ? '' : share(row.located_share)] : []),
  ];
  const rest = (name: string, value: number | null): string[] => [
    name,
    figure(value),
    '',
    '',
    '',
    '',
    '',
    ...(located ? [''] : []),
  ];
  return {
    head: ['Area', 'Count', 'Per 1,000 residents', 'Residents', ...COVERAGE, ...(located ? ['With a point'] : [])],
    rows: [
      ...card.areas.rows.map(line),
      ...(card.areas.elsewhere ? [rest('In no known area', card.areas.elsewhere)] : []),
      ...(card.unlocated ? [rest('Without a location', card.unlocated)] : []),
    ],
    more: card.areas.note,
  };
}
