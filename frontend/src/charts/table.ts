// Every chart as a table: the same numbers, for those who read rather than look.
import type { Answered } from '../api/answers';
import { count, exactShare, month, rate, share } from '../lib/words';

export type Table = { head: string[]; rows: string[][]; more: string };

const NONE = 'no file held';

export function tableOf(card: Answered): Table | null {
  switch (card.kind) {
    case 'months':
      return {
        head: ['Month', ...card.series.map((one) => one.label), 'Forces held', 'Missing'],
        rows: card.months.map((key, index) => [
          month(key),
          ...card.series.map((_, series) => {
            const value = card.values[series]?.[index];
            return value == null ? NONE : count(value);
          }),
          `${card.held[index] ?? ''} of ${card.expected[index] ?? ''}`,
          card.missing[index] ?? '',
        ]),
        more: '',
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
          ...card.hours.map((value, hour) => [`${String(hour).padStart(2, '0')}:00`, count(value)]),
          ['Time not known', count(card.unknown)],
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
