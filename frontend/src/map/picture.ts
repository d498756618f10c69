// The map as a picture: what is in view, with its title and source written below.
import type { Map as GlMap } from 'maplibre-gl';
import type { Palette } from '../lib/colours';

export function pictureOf(map: GlMap, words: { title: string; source: string[] }, palette: Palette): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const fitting = (pen: CanvasRenderingContext2D, text: string, room: number): string[] => {
      const lines = [''];
      for (const word of text.split(' ')) {
        const longer = `${lines.at(-1)} ${word}`.trim();
        if (pen.measureText(longer).width <= room) lines[lines.length - 1] = longer;
        else lines.push(word);
      }
      return lines;
    };
    // The drawing is only there while a frame is being made.
    map.once('render', () => {
      const drawn = map.getCanvas();
      const ratio = drawn.width / drawn.clientWidth;
      const [head, line, pad] = [44 * ratio, 19 * ratio, 16 * ratio];
      const canvas = document.createElement('canvas');
      canvas.width = drawn.width;
      const pen = canvas.getContext('2d');
      if (!pen) return reject(new Error('no canvas'));
      const small = `${12 * ratio}px "Inter Variable", sans-serif`;
      pen.font = small;
      const source = words.source.flatMap((text) => fitting(pen, text, canvas.width - 2 * pad));
      canvas.height = drawn.height + head + source.length * line + pad;
      pen.fillStyle = palette.card;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(drawn, 0, head);
      pen.fillStyle = palette.ink;
      pen.font = `600 ${17 * ratio}px "Inter Variable", sans-serif`;
      pen.fillText(words.title, pad, head - 15 * ratio, canvas.width - 2 * pad);
      pen.fillStyle = palette.soft;
      pen.font = small;
      source.forEach((text, index) => pen.fillText(text, pad, head + drawn.height + (index + 1) * line));
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
    });
    map.triggerRepaint();
  });
}
