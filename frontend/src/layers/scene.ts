// What the map's layers draw from. One file each for the layers; their order from the ground up stands in order.ts.
import type { LayerSpecification, Map as GlMap } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import type { MapCard } from '../api/answers';
import type { Palette } from '../lib/colours';

export type Scene = {
  card: MapCard;
  palette: Palette;
  shade: 'count' | 'rate';
  /** Names or slugs of the areas that are chosen. */
  selected: string[];
  /** Boundaries with `id` and `name`; null where none are held. */
  boundaries: FeatureCollection | null;
  /** From this zoom on squares stand in place of areas. */
  squares: number;
  /** Whether the map stands on the built-in ground (then areas are labelled by us). */
  builtIn: boolean;
};

/** A layer of a map that draws scenes: those of the archive, or those of live calls. */
export type Layer<Drawn = Scene> = {
  /** Adds sources and layers to an empty map. */
  add: (map: GlMap, scene: Drawn) => void;
  /** Follows new figures, colours, choices. */
  update: (map: GlMap, scene: Drawn) => void;
};

/** Areas below this zoom, squares from it on. */
const SQUARES = 8;
/** One area alone has nothing to be shaded against, and none can be shaded without outlines: there squares stand at once. */
export function squaresFrom(card: MapCard, boundaries: FeatureCollection | null): number {
  const about = (card.areas?.rows ?? []).filter((row) => row.inside);
  return boundaries && about.length > 1 ? SQUARES : 0;
}
/** Squares below this zoom, map points from it on: as the tiles are cut. */
export const POINTS = 12;

export function put(map: GlMap, layer: LayerSpecification): void {
  if (!map.getLayer(layer.id)) map.addLayer(layer);
}

/** Steps of colour by a number's breaks; without breaks one colour. */
export function stepped(number: unknown, steps: readonly string[], breaks: number[]): unknown {
  const colours =
    breaks.length >= 5 ? steps : breaks.length === 0 ? [steps[3]] : steps.slice(steps.length - breaks.length - 1);
  if (breaks.length === 0) return colours[0];
  return [
    'step',
    number,
    colours[0],
    ...breaks.flatMap((value, index) => [value, colours[index + 1] ?? colours.at(-1)]),
  ];
}

/** A small square of diagonal lines: the sign of what is missing. */
export function hatching(colour: string, ground: string): ImageData {
  const size = 24;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) return new ImageData(size, size);
  // The lighter edge keeps the lines apart from the blue beneath them; wide apart, so that the blue is seen.
  for (const [stroke, width] of [
    [ground, 4.2],
    [colour, 2.4],
  ] as const) {
    pen.strokeStyle = stroke;
    pen.lineWidth = width;
    for (let offset = -size; offset <= size * 2; offset += size / 2) {
      pen.beginPath();
      pen.moveTo(offset - 2, size + 2);
      pen.lineTo(offset + size + 2, -2);
      pen.stroke();
    }
  }
  return pen.getImageData(0, 0, size, size);
}
