// Priority by colour, shape and size, so that none of them alone has to tell; kinds by a small sign.
import type { Group } from './dictionary';

/** On both grounds: white signs stay readable on them. */
export const RANK_COLOURS: Record<number, string> = {
  1: '#c0392b',
  2: '#b8690f',
  3: '#2f67ab',
  4: '#5d6f83',
  0: '#5d6f83',
};
export const RANK_SIZES: Record<number, number> = { 1: 28, 2: 25, 3: 23, 4: 20, 0: 20 };

/** The outline of a rank's mark in a square of 28: a diamond, a rounded square, a circle, a smaller circle. */
export const RANK_SHAPES: Record<number, string> = {
  1: 'M14 1.5 26.500 14 14 26.500 1.500 14z',
  2: 'M7.500 3h13a4.500 4.500 0 0 1 4.500 4.500v13a4.500 4.500 0 0 1-4.500 4.500h-13A4.500 4.500 0 0 1 3 20.500v-13A4.500 4.500 0 0 1 7.500 3z',
  3: 'M14 2.500a11.500 11.500 0 1 1 0 23 11.500 11.500 0 0 1 0-23z',
  4: 'M14 2.500a11.500 11.500 0 1 1 0 23 11.500 11.500 0 0 1 0-23z',
  0: 'M14 2.500a11.500 11.500 0 1 1 0 23 11.500 11.500 0 0 1 0-23z',
};

/** Signs in a square of 12, filled, drawn in the middle of a mark. */
export const SIGNS: Record<Group, string> = {
  violence: 'M4.800 .5h2.400L6.900 7.500H5.100zM6 9a1.300 1.300 0 1 1 0 2.600A1.300 1.300 0 0 1 6 9z',
  theft:
    'M2 5.500h8V11H2zM3.300 5.500V3.700a2.700 2.700 0 0 1 5.400 0v1.800H7.300V3.800a1.300 1.300 0 0 0-2.600 0v1.700z',
  disturbance:
    'M1 4.300h2L6 1.500v9L3 7.700H1zM7.500 3.500l.9-.9a4.800 4.800 0 0 1 0 6.800l-.9-.9a3.500 3.500 0 0 0 0-5z',
  traffic:
    'M2.800 2.500h6.400L10.500 6H11v3.500H9.800V11H8V9.500H4V11H2.200V9.500H1V6h.5zM3.700 3.800 2.900 6h6.200l-.8-2.200z',
  medical: 'M4.500 1h3v3.500H11v3H7.500V11h-3V7.500H1v-3h3.500z',
  fire: 'M6.300.5C6.500 3 9.500 4.300 9.500 7.500a3.500 3.500 0 0 1-7 0C2.500 5.800 3.600 4.900 4 3.500c.8.5 1.100 1.100 1.200 1.800C6.100 4.200 6.500 2.300 6.300.5z',
  alarm:
    'M6 .8a1 1 0 0 1 1 1v.4A3.300 3.300 0 0 1 9.300 5.400V8l1.200 1.300H1.500L2.700 8V5.400A3.300 3.300 0 0 1 5 2.200v-.4a1 1 0 0 1 1-1zM4.600 10h2.800a1.400 1.400 0 0 1-2.800 0z',
  welfare:
    'M6 11 1.800 6.700a2.700 2.700 0 0 1 0-3.800 2.700 2.700 0 0 1 3.800 0L6 3.300l.4-.4a2.700 2.700 0 0 1 3.800 0 2.700 2.700 0 0 1 0 3.800z',
  other: 'M6 3.800a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400z',
};

/** A mark as pixels, twice as fine as the screen. */
export function markImage(rank: number, group: Group, outline: string): { image: ImageData; pixelRatio: number } {
  const pixelRatio = 2;
  const size = (RANK_SIZES[rank] ?? 20) + 4;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * pixelRatio;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) return { image: new ImageData(1, 1), pixelRatio: 1 };
  const scale = ((size - 4) * pixelRatio) / 28;
  pen.setTransform(scale, 0, 0, scale, 2 * pixelRatio, 2 * pixelRatio);
  const shape = new Path2D(RANK_SHAPES[rank] ?? RANK_SHAPES[0]);
  pen.lineJoin = 'round';
  pen.lineWidth = 3.4;
  pen.strokeStyle = outline;
  pen.stroke(shape);
  pen.fillStyle = rank === 0 ? outline : (RANK_COLOURS[rank] ?? '');
  pen.fill(shape);
  if (rank === 0) {
    pen.lineWidth = 2;
    pen.strokeStyle = RANK_COLOURS[0] ?? '';
    pen.stroke(shape);
  }
  const inner = rank === 1 ? 11 : 13;
  pen.translate(14 - inner / 2, 14 - inner / 2);
  pen.scale(inner / 12, inner / 12);
  pen.fillStyle = rank === 0 ? (RANK_COLOURS[0] ?? '') : '#ffffff';
  pen.fill(new Path2D(SIGNS[group]), 'evenodd');
  return { image: pen.getImageData(0, 0, canvas.width, canvas.height), pixelRatio };
}
