// Charts as Vega-Lite specifications: what an exported picture is drawn from, and a file that others can go on from.
import type { TopLevelSpec } from 'vega-lite';
import type { Answered, BarsCard, DaysCard, HoursCard, MonthsCard } from '../api/answers';
import type { Palette } from '../lib/colours';
import { share } from '../lib/words';

type Drawable = MonthsCard | DaysCard | BarsCard | HoursCard;
const WIDTH = 760;
const FONT = 'Inter, "Inter Variable", Helvetica, Arial, sans-serif';

export function specOf(card: Answered, palette: Palette, hatch: string, source: string[]): TopLevelSpec {
  if (card.kind !== 'months' && card.kind !== 'days' && card.kind !== 'bars' && card.kind !== 'hours') throw new Error('this card has no chart');
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: palette.card,
    padding: 20,
    width: WIDTH,
    title: { text: card.title, subtitle: card.definition, anchor: 'start', offset: 14 },
    config: {
      font: FONT,
      view: { stroke: null },
      title: { color: palette.ink, fontSize: 18, fontWeight: 600, subtitleColor: palette.soft, subtitleFontSize: 12, subtitlePadding: 6 },
      axis: {
        labelColor: palette.soft, labelFontSize: 12, titleColor: palette.soft, titleFontWeight: 400, gridColor: palette.line,
        domainColor: palette.soft, tickColor: palette.line,
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
    mark: { type: 'text', text: source, align: 'left', baseline: 'top', fontSize: 12, lineHeight: 16, color: palette.soft },
    encoding: { x: { value: 0 }, y: { value: 0 } },
  };
  return { vconcat: [chart, foot], spacing: 16 };
}

function body(card: Drawable, palette: Palette, hatch: string, source: string[]): object {
  if (card.kind === 'months') return footed(months(card, palette, hatch), source, palette);
  if (card.kind === 'days') return footed(days(card, palette, hatch), source, palette);
  if (card.kind === 'hours') return footed(hours(card, palette), source, palette);
  return footed(bars(card, palette, hatch), source, palette);
}

function months(card: MonthsCard, palette: Palette, hatch: string): object {
  const values = card.months.flatMap((key, index) => {
    const complete = card.complete[index] ?? true;
    const counts = card.series.map((one, series) => ({
      month: `${key}-01`, part: one.label, order: series, count: card.values[series]?.[index] ?? null, complete,
    }));
    const usual = card.missing_usual[index] ?? null;
    return [...counts, { month: `${key}-01`, part: 'missing, at its usual level', order: 9, count: usual, complete, forces: card.missing[index] ?? '' }];
  });
  const colours = [palette.blue, palette.second];
  return {
    width: WIDTH,
    height: 300,
    data: { values: values.filter((row) => row.count !== null) },
    mark: { type: 'bar', binSpacing: 1 },
    encoding: {
      x: { field: 'month', type: 'temporal', timeUnit: 'utcyearmonth', axis: { title: null, grid: false, format: '%b %Y', labelOverlap: true } },
      y: { field: 'count', type: 'quantitative', stack: 'zero', axis: { title: card.unit, format: ',d', tickCount: 5 } },
      order: { field: 'order' },
      fill: {
        field: 'part', type: 'nominal',
        scale: { domain: [...card.series.map((one) => one.label), 'missing, at its usual level'], range: [...card.series.map((_, index) => colours[Math.min(index, 1)]), hatch] },
        legend: { title: null, orient: 'top', symbolStrokeWidth: 0 },
      },
      fillOpacity: { condition: { test: 'datum.complete || datum.order === 9', value: 1 }, value: 0.45 },
    },
  };
}

function days(card: DaysCard, palette: Palette, hatch: string): object {
  const missing = 'about what is missing';
  const values = card.days.flatMap((day, index) => {
    const complete = card.complete[index] ?? true;
    const counts = card.series.map((one, series) => ({ day, part: one.label, order: series, count: card.values[series]?.[index] ?? null, complete }));
    return [...counts, { day, part: missing, order: 9, count: card.missing_usual[index] ?? null, complete }];
  });
  return {
    width: WIDTH,
    height: 300,
    data: { values: values.filter((row) => row.count !== null) },
    mark: { type: 'bar' },
    encoding: {
      x: { field: 'day', type: 'ordinal', timeUnit: 'utcyearmonthdate', axis: { title: null, format: '%-d %b', labelAngle: 0, labelOverlap: true } },
      y: { field: 'count', type: 'quantitative', stack: 'zero', axis: { title: card.unit, format: ',d', tickCount: 5 } },
      order: { field: 'order' },
      fill: {
        field: 'part', type: 'nominal',
        scale: { domain: [...card.series.map((one) => one.label), missing], range: [...card.series.map((_, index) => [palette.blue, palette.second][Math.min(index, 1)]), hatch] },
        legend: { title: null, orient: 'top', symbolStrokeWidth: 0 },
      },
      fillOpacity: { condition: { test: 'datum.complete || datum.order === 9', value: 1 }, value: 0.45 },
    },
  };
}

function hours(card: HoursCard, palette: Palette): object {
  return {
    width: WIDTH,
    height: 260,
    data: { values: card.hours.map((count, hour) => ({ hour: `${String(hour).padStart(2, '0')}:00`, count })).filter((row) => row.count !== null) },
    mark: { type: 'bar', color: palette.blue },
    encoding: {
      x: { field: 'hour', type: 'ordinal', sort: null, axis: { title: card.unknown > 0 ? `${card.unknown.toLocaleString('en-GB')} without a time of day` : null, labelAngle: 0, labelOverlap: true } },
      y: { field: 'count', type: 'quantitative', axis: { title: card.unit, format: ',d', tickCount: 4 } },
    },
  };
}

function bars(card: BarsCard, palette: Palette, hatch: string): object {
  const rows = [...card.rows.map((row) => ({ ...row, known: true })), ...(card.unknown ? [{ ...card.unknown, known: false }] : [])].slice(0, 40);
  const order = rows.map((row) => row.label);
  return {
    width: WIDTH - 250,
    height: { step: 26 },
    data: { values: rows.map((row) => ({ label: row.label, count: row.count, known: row.known, words: `${row.count.toLocaleString('en-GB')}  ${share(row.share)}` })) },
    encoding: {
      y: { field: 'label', type: 'nominal', sort: order, axis: { title: null, labelLimit: 220, labelColor: palette.ink, domain: false, ticks: false } },
      x: { field: 'count', type: 'quantitative', axis: null },
    },
    layer: [
      { mark: { type: 'bar', height: 14 }, encoding: { fill: { condition: { test: 'datum.known', value: palette.blue }, value: hatch } } },
      { mark: { type: 'text', align: 'left', dx: 6, color: palette.soft }, encoding: { text: { field: 'words' } } },
    ],
  };
}

