// The built-in basemap: sea, and land from the package world-atlas. It needs no network beyond this server.
import type { StyleSpecification } from 'maplibre-gl';
import type { Palette } from '../lib/colours';
import land from './land.generated.json?url';
import landUs from './landUs.generated.json?url';

export type Box = readonly [west: number, south: number, east: number, north: number];
// As they are cut in scripts/land.mjs.
const GROUNDS: readonly { file: string; box: Box }[] = [
  { file: land, box: [-16, 46, 14, 63.5] },
  { file: landUs, box: [-128, 23, -65, 51] },
];

/** Around `where`, in degrees; without it, the British Isles. Where there is no land of ours, all is land: water that is
    not there would be worse than none. */
export function groundStyle(palette: Palette, where: Box | null = null): StyleSpecification {
  const [lon, lat] = where ? [(where[0] + where[2]) / 2, (where[1] + where[3]) / 2] : [-2, 54];
  const ground = GROUNDS.find(({ box }) => box[0] < lon && lon < box[2] && box[1] < lat && lat < box[3]);
  if (!ground)
    return {
      version: 8,
      sources: {},
      layers: [{ id: 'land', type: 'background', paint: { 'background-color': palette.land } }],
    };
  return {
    version: 8,
    sources: { land: { type: 'geojson', data: new URL(ground.file, window.location.href).href, tolerance: 0.2 } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land, 'fill-antialias': true } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': palette.line, 'line-width': 0.8 } },
    ],
  };
}
