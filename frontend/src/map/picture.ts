// The map as a picture: what is in view, with its title and source written below.
import type { Map as GlMap } from 'maplibre-gl';
import type { Palette } from '../lib/colours';

export function pictureOf(map: GlMap, words: { title: string; source: string[] }, palette: Palette): Promise<Blob> {
  return new Promise((resolve, reject) => {
    // The drawing is only there while a frame is being made.
    map.once('render', () => {
      const drawn = map.getCanvas();
      const ratio = drawn.width / drawn.clientWidth;
      const [head, line, pad] = [44 * ratio, 19 * ratio, 16 * ratio];
      const canvas = document.createElement('canvas');
      canvas.width = drawn.width;
      canvas.height = drawn.height + head + words.source.length * line + pad;
      const pen = canvas.getContext('2d');
      if (!pen) return reject(new Error('no canvas'));
      pen.fillStyle = palette.card;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(drawn, 0, head);
      pen.fillStyle = palette.ink;
      pen.font = `600 ${17 * ratio}px "Inter Variable", sans-serif`;
      pen.fillText(words.title, pad, head - 15 * ratio, canvas.width - 2 * pad);
      pen.fillStyle = palette.soft;
      pen.font = `${12 * ratio}px "Inter Variable", sans-serif`;
      words.source.forEach((text, index) => pen.fillText(text, pad, head + drawn.height + (index + 1) * line, canvas.width - 2 * pad));
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
    });
    map.triggerRepaint();
  });
}
