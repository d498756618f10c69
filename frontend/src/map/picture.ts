// The map as a picture: what is in view, with its title above, its legend and its source below.
import type { Map as GlMap } from 'maplibre-gl';
import type { Palette } from '../lib/colours';
import { within } from '../lib/within';
import type { Key } from './key';

export type Words = { title: string; source: string[]; key: Key | null };

// A picture is at least so wide, however small the map on the page: it is looked at elsewhere.
const LEAST_WIDTH = 1200;
const FONT = '"Inter Variable", sans-serif';

export async function pictureOf(map: GlMap, words: Words, palette: Palette): Promise<Blob> {
  const before = map.getPixelRatio();
  map.setPixelRatio(Math.max(before, LEAST_WIDTH / Math.max(map.getCanvas().clientWidth, 1)));
  try {
    await within(20, () => (map.loaded() && map.areTilesLoaded() && !map.isMoving() ? true : null));
    const drawn = await frameOf(map);
    return await blobOf(composed(drawn, drawn.width / map.getCanvas().clientWidth, words, palette));
  } finally {
    map.setPixelRatio(before);
  }
}

/** A copy of the map's next frame; the drawing itself is only there while it is being made. */
function frameOf(map: GlMap): Promise<HTMLCanvasElement> {
  return new Promise((resolve, reject) => {
    map.once('render', () => {
      const drawn = map.getCanvas();
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [drawn.width, drawn.height];
      const pen = copy.getContext('2d');
      pen?.drawImage(drawn, 0, 0);
      if (pen) resolve(copy);
      else reject(new Error('no canvas'));
    });
    map.triggerRepaint();
  });
}

function composed(drawn: HTMLCanvasElement, ratio: number, words: Words, palette: Palette): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  canvas.width = drawn.width;
  const pad = 16 * ratio;
  const room = canvas.width - 2 * pad;
  const [titleFont, smallFont] = [`600 ${17 * ratio}px ${FONT}`, `${12 * ratio}px ${FONT}`];
  pen.font = titleFont;
  const title = fitting(pen, words.title, room);
  pen.font = smallFont;
  const source = words.source.filter(Boolean).flatMap((text) => fitting(pen, text, room));
  const legend = words.key ? legendOf(pen, words.key, room, ratio) : [];
  const head = pad + title.length * 23 * ratio + 6 * ratio;
  const foot = head + drawn.height + 8 * ratio;
  const line = 19 * ratio;
  canvas.height = foot + (legend.length + source.length) * line + pad;

  pen.fillStyle = palette.card;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, 0, head);
  pen.fillStyle = palette.ink;
  pen.font = titleFont;
  title.forEach((text, index) => pen.fillText(text, pad, pad + (index * 23 + 15) * ratio));
  pen.font = smallFont;
  legend.forEach((row, index) => {
    for (const piece of row) drawPiece(pen, piece, pad + piece.x, foot + (index + 1) * line, ratio, palette);
  });
  pen.fillStyle = palette.soft;
  source.forEach((text, index) => pen.fillText(text, pad, foot + (legend.length + index + 1) * line));
  return canvas;
}

type Piece = { x: number; width: number } & ({ words: string } | { colour: string; hatched: boolean });

/** The legend in lines of pieces, each with its place. */
function legendOf(pen: CanvasRenderingContext2D, key: Key, room: number, ratio: number): Piece[][] {
  const gap = 8 * ratio;
  const box = (colour: string, hatched = false) => ({ x: 0, width: 20 * ratio, colour, hatched });
  const text = (words: string) => ({ x: 0, width: pen.measureText(words).width, words });
  // The steps of a scale stand close together.
  const after = (piece: Piece, next: Piece | undefined): number =>
    next && 'colour' in piece && 'colour' in next ? 2 * ratio : gap;
  const groups: Piece[][] =
    key.level === 'points'
      ? [[text('A circle is a map point, larger with more records.')]]
      : [
          [
            ...(key.from ? [text(key.from)] : []),
            ...key.colours.map((colour) => box(colour)),
            ...(key.to ? [text(key.to)] : []),
          ],
          ...key.others.map((other) => [box(other.colour, other.hatched), text(other.words)]),
        ];
  const rows: Piece[][] = [[]];
  let x = 0;
  for (const group of groups.filter((one) => one.length > 0)) {
    const width = group.reduce((sum, piece, at) => sum + piece.width + after(piece, group[at + 1]), 0);
    if (x > 0 && x + width > room) {
      rows.push([]);
      x = 0;
    }
    group.forEach((piece, at) => {
      if (x > 0 && x + piece.width > room) {
        rows.push([]);
        x = 0;
      }
      rows.at(-1)?.push({ ...piece, x });
      x += piece.width + after(piece, group[at + 1]);
    });
    x += gap;
  }
  return rows.filter((row) => row.length > 0);
}

function drawPiece(
  pen: CanvasRenderingContext2D,
  piece: Piece,
  x: number,
  y: number,
  ratio: number,
  palette: Palette,
): void {
  if ('words' in piece) {
    pen.fillStyle = palette.soft;
    pen.fillText(piece.words, x, y);
    return;
  }
  const [width, height] = [piece.width, 11 * ratio];
  const top = y - 10 * ratio;
  pen.fillStyle = piece.colour;
  pen.fillRect(x, top, width, height);
  if (!piece.hatched) return;
  pen.save();
  pen.beginPath();
  pen.rect(x, top, width, height);
  pen.clip();
  pen.strokeStyle = palette.amber;
  pen.lineWidth = 1.5 * ratio;
  for (let offset = -height; offset < width + height; offset += 6 * ratio) {
    pen.beginPath();
    pen.moveTo(x + offset, top + height);
    pen.lineTo(x + offset + height, top);
    pen.stroke();
  }
  pen.restore();
}

/** The words in lines that fit into `room`. */
function fitting(pen: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (pen.measureText(longer).width <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'),
  );
}
