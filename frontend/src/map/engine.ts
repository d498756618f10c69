// MapLibre, in a chunk of its own: it comes when a map comes into sight.
import 'maplibre-gl/dist/maplibre-gl.css';
import './controls.css';
import {
  AttributionControl,
  Map as GlMap,
  NavigationControl,
  setWorkerUrl,
  type StyleSpecification,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Site } from '../api/answers';
import type { Palette } from '../lib/colours';
import { calm } from '../lib/theme.svelte';
import type { MapView } from '../lib/view';
import { groundStyle, type Box } from '../layers/ground';

setWorkerUrl(new URL(workerUrl, window.location.href).href);

export const HOME: [number, number, number, number] = [-6.2, 49.9, 1.9, 55.9];

export type Ground = { style: StyleSpecification | string; builtIn: boolean };

/** The configured ground where it can be reached; the built-in one otherwise, so that a map is never blank. */
export async function groundOf(site: Site | null, palette: Palette, where: Box | null = null): Promise<Ground> {
  const { style_url, pmtiles_url, attribution } = site?.basemap ?? { style_url: '', pmtiles_url: '', attribution: '' };
  if (style_url && (await reached(style_url))) return { style: style_url, builtIn: false };
  if (pmtiles_url && (await reached(pmtiles_url))) {
    const { tilesStyle } = await import('../layers/tilesGround');
    return { style: tilesStyle(pmtiles_url, attribution, palette), builtIn: false };
  }
  return { style: groundStyle(palette, where), builtIn: true };
}

async function reached(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { headers: { Range: 'bytes=0-511' }, signal: AbortSignal.timeout(4000) })).ok;
  } catch {
    return false;
  }
}

export function makeMap(
  container: HTMLElement,
  style: StyleSpecification | string,
  start: {
    view: MapView | null;
    bounds: [number, number, number, number] | null;
    attribution: string;
    /** Whether the page keeps the wheel and one finger for itself; it does unless told otherwise. */
    cooperative?: boolean;
    title?: string;
  },
): GlMap {
  const map = new GlMap({
    container,
    style,
    ...(start.view
      ? { center: [start.view.lon, start.view.lat], zoom: start.view.zoom }
      : { bounds: start.bounds ?? HOME, fitBoundsOptions: { padding: 18, maxZoom: 15 } }),
    minZoom: 3.5,
    maxZoom: 17.9,
    maxPitch: 0,
    dragRotate: false,
    attributionControl: false,
    cooperativeGestures: start.cooperative ?? true,
    fadeDuration: calm() ? 0 : 150,
    locale: {
      'Map.Title':
        start.title ?? 'Map. Arrow keys move it, plus and minus zoom. The list below it says the same in words.',
      'CooperativeGesturesHandler.WindowsHelpText': 'Hold Ctrl and scroll to zoom the map',
      'CooperativeGesturesHandler.MacHelpText': 'Hold ⌘ and scroll to zoom the map',
      'CooperativeGesturesHandler.MobileHelpText': 'Move the map with two fingers',
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new AttributionControl({ compact: true, customAttribution: start.attribution }), 'bottom-right');
  return map;
}

/** Shows what an address says, unless it is shown already. */
export function showView(map: GlMap, to: MapView): void {
  const centre = map.getCenter();
  if (
    Math.abs(centre.lat - to.lat) < 0.0002 &&
    Math.abs(centre.lng - to.lon) < 0.0002 &&
    Math.abs(map.getZoom() - to.zoom) < 0.02
  )
    return;
  map.jumpTo({ center: [to.lon, to.lat], zoom: to.zoom });
}

export { GlMap };
