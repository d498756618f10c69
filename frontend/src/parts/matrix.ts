// The picture of what is held, and its gaps in words.
import type { CoverageMatrix } from '../api/answers';
import { dark, light } from '../lib/colours';
import { theme } from '../lib/theme.svelte';
import { span } from '../lib/words';

type Shape = {
  left: number;
  top: number;
  row: number;
  cell: number;
  width: number;
  height: number;
  at: { force: number; month: number } | null;
};

export function paint(canvas: HTMLCanvasElement, matrix: CoverageMatrix, rows: string[], shape: Shape): void {
  const colours = theme.isDark ? dark : light;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(shape.width * ratio);
  canvas.height = Math.round(shape.height * ratio);
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(ratio, ratio);
  pen.font = '12px "Inter Variable", sans-serif';
  pen.textBaseline = 'middle';
  const gap = shape.cell > 5 ? 1 : 0;
  const hatch = hatchOf(pen, colours.amber);

  pen.fillStyle = colours.soft;
  let free = 0;
  matrix.months.forEach((month, index) => {
    const x = shape.left + index * shape.cell;
    if (month.endsWith('-01') && x > free && x < shape.width - 26) {
      pen.fillText(month.slice(0, 4), x, 10);
      free = x + 40;
    }
  });
  rows.forEach((row, force) => {
    const y = shape.top + force * shape.row;
    pen.fillStyle = shape.at?.force === force ? colours.ink : colours.soft;
    pen.textAlign = 'right';
    pen.fillText(
      nameIn(matrix.forces[force]?.name ?? '', shape.left),
      shape.left - 8,
      y + shape.row / 2,
      shape.left - 10,
    );
    pen.textAlign = 'left';
    Array.from(row).forEach((code, month) => {
      const x = shape.left + month * shape.cell;
      if (code === 'c') {
        // Nobody's months: one calm band, without the lines between squares.
        pen.fillStyle = colours.line;
        pen.fillRect(x, y, shape.cell + 0.5, shape.row);
        return;
      }
      const wide = Math.max(shape.cell - gap, 1);
      if (code === 'd' || code === 'f') {
        // Not here, and no claim about the force: an empty frame, never the hatching of what was not published.
        pen.strokeStyle = code === 'd' ? colours.second : colours.amber;
        pen.lineWidth = 1;
        pen.strokeRect(x + 0.5, y + 1.5, Math.max(wide - 1, 1), shape.row - 3);
        return;
      }
      const fill = { h: colours.blue, e: colours.pale, m: hatch, q: colours.amber }[code];
      if (!fill) return;
      pen.fillStyle = fill;
      pen.fillRect(x, y + 1, wide, shape.row - 2);
    });
  });
  if (shape.at) {
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2;
    pen.strokeRect(
      shape.left + shape.at.month * shape.cell - 1,
      shape.top + shape.at.force * shape.row,
      shape.cell + 1,
      shape.row,
    );
  }
}

/** Where there is little room, a force by its area's name alone. */
const nameIn = (name: string, room: number): string =>
  room > 150 ? name : name.replace(/ (Police Service|Police|Constabulary)$/, '').replace(/^Police Service of /, '');

function hatchOf(pen: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 5;
  const on = tile.getContext('2d');
  if (!on) return colour;
  on.strokeStyle = colour;
  on.lineWidth = 1.4;
  on.beginPath();
  on.moveTo(-1, 6);
  on.lineTo(6, -1);
  on.moveTo(-1, 1);
  on.lineTo(1, -1);
  on.moveTo(4, 6);
  on.lineTo(6, 4);
  on.stroke();
  return pen.createPattern(tile, 'repeat') ?? colour;
}

/** The signs of the legend: from what is held to what is nobody's fault. */
const ORDER = 'hemqdfcybon';
export const inOrder = (codes: Iterable<string>): string[] =>
  [...new Set(codes)].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));

/** Runs of months that are not held, of each force; what lies outside the scope is said once, elsewhere. */
export function gapsIn(matrix: CoverageMatrix, rows: string[]): { force: string; span: string; words: string }[] {
  return rows.flatMap((row, force) => {
    const out: { force: string; span: string; words: string }[] = [];
    let from = 0;
    for (let index = 1; index <= row.length; index++) {
      if (row[index] === row[from]) continue;
      const code = row[from] ?? '';
      if (code !== 'h' && code !== 'o')
        out.push({
          force: matrix.forces[force]?.name ?? '',
          span: span(matrix.months[from] ?? '', matrix.months[index - 1] ?? ''),
          words: matrix.words[matrix.codes[code] ?? ''] ?? matrix.codes[code] ?? code,
        });
      from = index;
    }
    return out;
  });
}
