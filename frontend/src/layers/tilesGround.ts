// A basemap from one PMTiles file in the Protomaps layout, where an installation configures one.
import { addProtocol, type StyleSpecification } from 'maplibre-gl';
import { Protocol } from 'pmtiles';
import type { Palette } from '../lib/colours';

let ready = false;

export function tilesStyle(url: string, attribution: string, palette: Palette): StyleSpecification {
  if (!ready) {
    addProtocol('pmtiles', new Protocol().tile);
    ready = true;
  }
  const source = 'ground';
  return {
    version: 8,
    sources: { [source]: { type: 'vector', url: `pmtiles://${new URL(url, window.location.href).href}`, attribution } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      { id: 'earth', type: 'fill', source, 'source-layer': 'earth', paint: { 'fill-color': palette.land } },
      { id: 'water', type: 'fill', source, 'source-layer': 'water', paint: { 'fill-color': palette.sea } },
      {
        id: 'roads',
        type: 'line',
        source,
        'source-layer': 'roads',
        minzoom: 9,
        paint: {
          'line-color': palette.line,
          'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 9, 0.5, 16, 5],
        },
      },
      {
        id: 'places',
        type: 'symbol',
        source,
        'source-layer': 'places',
        minzoom: 6,
        layout: { 'text-field': ['get', 'name'], 'text-font': ['Inter Variable'], 'text-size': 12 },
        paint: { 'text-color': palette.soft, 'text-halo-color': palette.land, 'text-halo-width': 1.2 },
      },
    ],
  };
}
