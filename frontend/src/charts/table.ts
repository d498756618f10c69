// Every chart as a table: the same numbers, for those who read rather than look.
import type { Answered } from '../api/answers';
import { isCalls } from '../lib/fields';
import { count, day, exactShare, month, rate, share } from '../lib/words';

export type Table = { head: string[]; rows: string[][]; more: string };

const NONE = 'no file held';
const UNWATCHED = 'nobody watched';
const two = (hour: number): string => String(hour).padStart(2, '0');

export function tableOf(card: Answered): Table | null {
  switch (card.kind) {
    case 'months':
      return {
        head: ['Month', ...card.series.map((one) => one.label), isCalls(card.dataset) ? 'Days watched' : 'Forces held', 'Missing'],
        rows: card.months.map((key, index) => [
          month(key),
          ...card.series.map((_, series) => {
            const value = card.values[series]?.[index];
            return value == null ? (isCalls(card.dataset) ? UNWATCHED : NONE) : count(value);
          }),
          `${card.held[index] ?? ''} of ${card.expected[index] ?? ''}`,
          card.missing[index] ?? '',
        ]),
        more: '',
      };
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
        more: card.note ?? '',
      };
    case 'week':
      return {
        head: ['Hour', ...card.week.map((one) => one.label)],
        rows: Array.from({ length: 24 }, (_, hour) => [
          `${two(hour)}:00`,
          ...card.week.map((one) => (one.rates[hour] == null ? UNWATCHED : `${count(one.counts[hour] ?? 0)} (${rate(one.rates[hour] ?? 0)} an hour)`)),
        ]),
        more: '',
      };
    case 'median':
      return {
        head: ['Minutes', 'Median'],
        rows: (['least', 'figure', 'most'] as const).map((name, at) => [
          ['Had each been as short as it can have been', 'In the middle', 'Had each been as long as it can have been'][at] ?? '',
          card[name] === null ? '' : rate(card[name]),
        ]),
        more: card.words,
      };
    case 'bars': {
      const rates = card.rows.some((row) => row.rate != null);
      const line = (row: (typeof card.rows)[number]): string[] => [
        row.label,
        count(row.count),
        share(row.share),
        ...(rates ? [row.rate == null ? '' : rate(row.rate)] : []),
      ];
      return {
        head: [card.title, 'Count', 'Share', ...(rates ? ['Per 1,000 residents'] : [])],
        rows: [...card.rows, ...(card.unknown ? [card.unknown] : [])].map(line),
        more: card.rest ? `${card.rest.rows} more values with ${count(card.rest.count)} together are in the CSV.` : '',
      };
    }
    case 'hours':
      return {
        head: ['Hour', 'Count'],
        rows: [
          ...card.hours.map((value, hour) => [`${two(hour)}:00`, value === null ? UNWATCHED : count(value)]),
          ...(isCalls(card.dataset) ? [] : [['Time not known', count(card.unknown)]]),
        ],
        more: '',
      };
    case 'map':
      return card.areas
        ? {
            head: ['Area', 'Count', 'Per 1,000 residents', 'Residents', 'Force-months held'],
            rows: [
              ...card.areas.rows.map((row) => [
                row.name,
                count(row.count),
                row.rate === null ? '' : rate(row.rate),
                row.residents === null ? '' : count(row.residents),
                `${row.held} of ${row.expected}`,
              ]),
              ['In no known area', count(card.areas.elsewhere), '', '', ''],
              ['Without a location', count(card.unlocated), '', '', ''],
            ],
            more: '',
          }
        : null;
    case 'share':
      return {
        head: ['Part', 'Count'],
        rows: [
          [card.title, count(card.numerator)],
          ['Of', count(card.denominator)],
          ['Not recorded', count(card.not_recorded)],
          ...(card.share === null ? [] : [['Share', exactShare(card.share)]]),
        ],
        more: '',
      };
    default:
      return null;
  }
}
