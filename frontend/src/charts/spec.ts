// Charts as Vega-Lite specifications: what an exported picture is drawn from, and a file that others can go on from.
import type { TopLevelSpec } from 'vega-lite';
import type { Answered, BarRow, BarsCard, DaysCard, HoursCard, MonthsCard } from '../api/answers';
import type { Palette } from '../lib/colours';
import { DASH, forceMonths, lacks, reasonOf, stateOf } from '../lib/known';
import { titleOf } from '../lib/asking';
import { share } from '../lib/words';
import { chosenOf, monthsOf, type Months } from './months';

type Drawable = MonthsCard | DaysCard | BarsCard | HoursCard;
const WIDTH = 760;
const FONT = 'Inter, "Inter Variable", Helvetica, Arial, sans-serif';

/** Lines of about `length` letters, broken between words. */
export function folded(text: string, length: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last && last.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

export function specOf(card: Answered, palette: Palette, hatch: string, source: string[]): TopLevelSpec {
  if (card.kind !== 'months' && card.kind !== 'days' && card.kind !== 'bars' && card.kind !== 'hours')
    throw new Error('this card has no chart');
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: palette.card,
    padding: 20,
    width: WIDTH,
    title: {
      text: folded(titleOf(card), 82),
      subtitle: 'series' in card && card.series.length > 1 ? '' : card.definition,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- Vega-Lite's, taken for that of String
      anchor: 'start',
      offset: 14,
    },
    config: {
      font: FONT,
      view: { stroke: null },
      title: {
        color: palette.ink,
        fontSize: 18,
        fontWeight: 600,
        subtitleColor: palette.soft,
        subtitleFontSize: 12,
        subtitlePadding: 6,
      },
      axis: {
        labelColor: palette.soft,
        labelFontSize: 12,
        titleColor: palette.soft,
        titleFontWeight: 400,
        gridColor: palette.line,
        domainColor: palette.soft,
        tickColor: palette.line,
      },
      legend: { labelColor: palette.soft, labelFontSize: 12, titleColor: palette.soft },
    },
    ...body(card, palette, hatch, source),
  } as TopLevelSpec;
}

/** The picture's last lines: how complete, which data, whose licence. */
function footed(chart: object, source: string[], palette: Palette): object {
  const foot = {
    data: { values: [{}] },
    width: WIDTH,
    height: source.length * 16,
    mark: {
      type: 'text',
      text: source,
      align: 'left',
      baseline: 'top',
      fontSize: 12,
      lineHeight: 16,
      color: palette.soft,
    },
    encoding: { x: { value: 0 }, y: { value: 0 } },
  };
  return { vconcat: [chart, foot], spacing: 16 };
}

function body(card: Drawable, palette: Palette, hatch: string, source: string[]): object {
  if (card.kind === 'months' || card.kind === 'days') return footed(timed(card, palette, hatch), source, palette);
  if (card.kind === 'hours') return footed(hours(card, palette), source, palette);
  return footed(bars(card, palette, hatch), source, palette);
}

/** What both charts of time are drawn from: keys are days, the first of each month. */
type Timed = {
  keys: string[];
  unit: 'utcyearmonth' | 'utcyearmonthdate';
  type: 'temporal' | 'ordinal';
  axis: object;
  missing: string;
};

function timed(card: MonthsCard | DaysCard, palette: Palette, hatch: string): object {
  // A picture is of the months that its title names; one month alone stands among its neighbours.
  const [from, to] = card.kind === 'months' && !alone(card) ? chosenOf(card) : [0, undefined];
  const drawn = monthsOf(card.kind === 'days' ? { ...card, months: card.days } : card, from, to);
  const how: Timed =
    card.kind === 'days'
      ? {
          keys: card.days,
          unit: 'utcyearmonthdate',
          type: 'ordinal',
          axis: { format: '%-d %b', labelAngle: 0 },
          missing: 'about what is missing',
        }
      : {
          keys: card.months.slice(from, to).map((month) => `${month}-01`),
          unit: 'utcyearmonth',
          type: 'temporal',
          axis: { format: '%b %Y', grid: false },
          missing: 'missing, at its usual level',
        };
  const values = drawn.months.flatMap((month, index) => {
    const at = how.keys[index];
    const counts = card.series.map((one, series) => ({
      at,
      part: one.label,
      order: series,
      count: month.values[series] ?? null,
      complete: month.complete,
    }));
    return [
      ...counts,
      {
        at,
        part: how.missing,
        order: 9,
        count: month.never ? null : month.usual,
        complete: true,
        forces: card.missing[index + from] ?? '',
      },
    ];
  });
  const bands = drawn.bands.flatMap((band) =>
    how.keys.slice(band.from, band.to + 1).map((at) => ({ at, part: band.words })),
  );
  const rows = values.filter((row) => row.count !== null && row.count > 0);
  const x = {
    field: 'at',
    type: how.type,
    timeUnit: how.unit,
    axis: { title: null, labelOverlap: true, ...how.axis },
    ...(how.type === 'ordinal' ? { scale: { domain: how.keys } } : {}),
  };
  return {
    width: WIDTH,
    height: 300,
    layer: [
      {
        data: { values: bands },
        mark: { type: 'rect' },
        encoding: { x, fill: fillOf(card, drawn, how, rows, palette, hatch) },
      },
      { data: { values: bands }, mark: { type: 'rect', fill: hatch, opacity: 0.16 }, encoding: { x } },
      {
        data: { values: toldOf(drawn, how) },
        mark: { type: 'text', color: palette.amberInk, fontSize: 12 },
        encoding: { x, y: { value: 150 }, text: { field: 'words' } },
      },
      {
        data: { values: rows },
        mark: { type: 'bar', binSpacing: 1 },
        encoding: {
          x,
          y: {
            field: 'count',
            type: 'quantitative',
            stack: 'zero',
            axis: { title: card.unit, format: ',d', tickCount: 5 },
          },
          order: { field: 'order' },
          fill: fillOf(card, drawn, how, rows, palette, hatch),
          fillOpacity: { condition: { test: 'datum.complete', value: 1 }, value: 0.45 },
        },
      },
    ],
  };
}

const alone = (card: MonthsCard): boolean => card.selected != null && card.selected.from === card.selected.to;

/** The colours of the parts, and a legend of those that stand in the chart. */
function fillOf(
  card: MonthsCard | DaysCard,
  drawn: Months,
  how: Timed,
  rows: { part: string }[],
  palette: Palette,
  hatch: string,
): object {
  const parts: [string, string][] = [
    ...card.series.map((one, at): [string, string] => [one.label, at === 0 ? palette.blue : palette.second]),
    [how.missing, hatch],
  ];
  const shown = parts.filter(([name]) => rows.some((row) => row.part === name));
  for (const band of drawn.bands)
    if (!shown.some(([name]) => name === band.words)) shown.push([band.words, palette.amberGround]);
  return {
    field: 'part',
    type: 'nominal',
    scale: { domain: shown.map(([name]) => name), range: shown.map(([, colour]) => colour) },
    legend: { title: null, orient: 'top', labelLimit: 330, symbolStrokeWidth: 0, symbolOpacity: 1 },
  };
}

/** The words of the bands that are wide enough for them. */
function toldOf(drawn: Months, how: Timed): { at: string; words: string }[] {
  const step = WIDTH / Math.max(how.keys.length, 1);
  return drawn.bands.flatMap((band) => {
    const room = (band.to - band.from + 1) * step;
    return band.words.length * 6.6 < room
      ? [{ at: how.keys[Math.round((band.from + band.to) / 2)] ?? '', words: band.words }]
      : [];
  });
}

function hours(card: HoursCard, palette: Palette): object {
  return {
    width: WIDTH,
    height: 260,
    data: {
      values: card.hours
        .map((count, hour) => ({ hour: `${String(hour).padStart(2, '0')}:00`, count }))
        .filter((row) => row.count !== null),
    },
    mark: { type: 'bar', color: palette.blue },
    encoding: {
      x: {
        field: 'hour',
        type: 'ordinal',
        sort: null,
        axis: {
          title: card.unknown ? `${card.unknown.toLocaleString('en-GB')} without a time of day` : null,
          labelAngle: 0,
          labelOverlap: true,
        },
      },
      y: { field: 'count', type: 'quantitative', axis: { title: card.unit, format: ',d', tickCount: 4 } },
    },
  };
}

function bars(card: BarsCard, palette: Palette, hatch: string): object {
  const rows = [
    ...card.rows.map((row) => ({ ...row, known: true })),
    ...(card.unknown ? [{ ...card.unknown, known: false }] : []),
  ].slice(0, 40);
  const order = rows.map((row) => row.label);
  return {
    width: WIDTH - 250,
    height: { step: 26 },
    data: {
      values: rows.map((row) => ({ label: row.label, count: row.count ?? 0, known: row.known, words: wordsOf(row) })),
    },
    encoding: {
      y: {
        field: 'label',
        type: 'nominal',
        sort: order,
        axis: { title: null, labelLimit: 220, labelColor: palette.ink, domain: false, ticks: false },
      },
      x: { field: 'count', type: 'quantitative', axis: null },
    },
    layer: [
      {
        mark: { type: 'bar', height: 14 },
        encoding: { fill: { condition: { test: 'datum.known', value: palette.blue }, value: hatch } },
      },
      { mark: { type: 'text', align: 'left', dx: 6, color: palette.soft }, encoding: { text: { field: 'words' } } },
    ],
  };
}

/** What stands beside a bar; of what is not known, why. */
function wordsOf(row: BarRow): string {
  if (row.count === null) return `${DASH}  ${reasonOf(stateOf(row)) || 'not known'}`;
  const part = row.share === null ? '' : `  ${share(row.share)}`;
  const held = lacks(row) ? `  (${row.held} of ${forceMonths(row.expected)} held)` : '';
  return `${row.count.toLocaleString('en-GB')}${part}${held}`;
}
