// Pictures of charts to take along: a Vega-Lite specification, drawn without eval, with the hatching put in afterwards
// (Vega has no patterns). Vega comes in a chunk of its own, and only when somebody asks for a picture.
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Answered } from '../api/answers';
import { dark as darkColours, light, type Palette } from '../lib/colours';
import { folded, specOf } from './spec';

export type Drawn = { svg: string; width: number; height: number; spec: TopLevelSpec };

const HATCH = 'url(#missing)';

export async function drawnOf(card: Answered, how: { dark: boolean; source: string }): Promise<Drawn> {
  const palette = how.dark ? darkColours : light;
  const spec = specOf(card, palette, HATCH, folded(how.source, 126));
  const view = new View(parse(compile(spec).spec, undefined, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
  });
  const svg = withHatching(await view.toSVG(), palette);
  view.finalize();
  const size = /width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  return { svg, width: Number(size?.[1] ?? 800), height: Number(size?.[2] ?? 450), spec };
}

function withHatching(svg: string, palette: Palette): string {
  const pattern =
    '<defs><pattern id="missing" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="rotate(45)">' +
    `<line x1="0" y1="0" x2="0" y2="6" stroke="${palette.amber}" stroke-width="2.6"/></pattern></defs>`;
  return svg.replace(/(<svg[^>]*>)/, `$1${pattern}`);
}

/** The same as a PNG, at twice its size. */
export async function rasterOf(drawn: Drawn): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([drawn.svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = drawn.width * 2;
    canvas.height = drawn.height * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
