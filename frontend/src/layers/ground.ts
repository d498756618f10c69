// The built-in basemap: sea, and land from the package world-atlas. It needs no network beyond this server.
import type { StyleSpecification } from 'maplibre-gl';
import type { Palette } from '../lib/colours';
import land from './land.generated.json?url';

export function groundStyle(palette: Palette): StyleSpecification {
  return {
    version: 8,
    sources: { land: { type: 'geojson', data: new URL(land, window.location.href).href, tolerance: 0.2 } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land, 'fill-antialias': true } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': palette.line, 'line-width': 0.8 } },
    ],
  };
}
