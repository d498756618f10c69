// Writes the land of the British Isles, and that of the contiguous United States, each with its neighbours and cut to a
// box, from the npm package world-atlas (public domain, Natural Earth). It is the ground of the built-in basemap: of the
// archive's maps, and of those of live calls. Run by `npm run build`, `check` and `dev`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';

// The box is west, south, east, north; `home` is drawn finer than the rest.
const GROUNDS = [
  {
    file: 'land.generated.json',
    box: [-16, 46, 14, 63.5],
    home: new Set(['United Kingdom', 'Ireland', 'Isle of Man', 'Jersey', 'Guernsey']),
  },
  { file: 'landUs.generated.json', box: [-128, 23, -65, 51], home: new Set(['United States of America']) },
];

const atlas = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('world-atlas/countries-10m.json'), 'utf8'),
);
const countries = feature(atlas, atlas.objects.countries).features;

/** A ring cut by the half plane `coordinate[axis] * sign <= limit * sign` (Sutherland and Hodgman). */
function cut(ring, axis, limit, sign) {
  const inside = (p) => p[axis] * sign <= limit * sign;
  const out = [];
  for (let i = 0; i < ring.length; i++) {
    const a = ring[(i + ring.length - 1) % ring.length];
    const b = ring[i];
    if (inside(a) !== inside(b)) {
      const t = (limit - a[axis]) / (b[axis] - a[axis]);
      out.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    }
    if (inside(b)) out.push(b);
  }
  return out;
}

/** Leaves out corners closer than `step` degrees to the one before; null for what is then no area. */
function thinned(ring, step) {
  const out = [];
  for (const point of ring) {
    const last = out.at(-1);
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= step) out.push(point);
  }
  return out.length < 4 ? null : out;
}

function boxed(ring, box, step) {
  let open = ring.slice(0, -1);
  for (const [axis, limit, sign] of [
    [0, box[0], -1],
    [1, box[1], -1],
    [0, box[2], 1],
    [1, box[3], 1],
  ]) {
    open = cut(open, axis, limit, sign);
    if (open.length < 3) return null;
  }
  open = thinned(open, step);
  if (!open) return null;
  const short = open.map(([x, y]) => [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000]);
  return [...short, short[0]];
}

function written({ box, home }) {
  return countries.flatMap((country) => {
    const polygons =
      country.geometry.type === 'Polygon' ? [country.geometry.coordinates] : country.geometry.coordinates;
    const step = home.has(country.properties.name) ? 0.012 : 0.05;
    const kept = polygons
      .map((rings) => rings.map((ring) => boxed(ring, box, step)).filter(Boolean))
      .filter((rings) => rings.length > 0);
    if (kept.length === 0) return [];
    return [
      {
        type: 'Feature',
        properties: { home: home.has(country.properties.name) },
        geometry: { type: 'MultiPolygon', coordinates: kept },
      },
    ];
  });
}

for (const ground of GROUNDS) {
  const out = new URL(`../src/layers/${ground.file}`, import.meta.url);
  writeFileSync(out, JSON.stringify({ type: 'FeatureCollection', features: written(ground) }));
}
