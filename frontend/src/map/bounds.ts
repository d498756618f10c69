// What the map shows at first: where the records are, as the server says, or else the chosen areas, or those that have any.
import type { Feature, FeatureCollection, Position } from 'geojson';
import type { Bounds, MapCard } from '../api/answers';

export function boundsOf(card: MapCard, boundaries: FeatureCollection | null, selected: string[]): Bounds | null {
  if (card.bounds) return card.bounds;
  const shown = (card.areas?.rows ?? []).filter((row) =>
    selected.length > 0 ? selected.includes(row.name) || selected.includes(row.id) : row.count > 0,
  );
  const some = new Set(shown.map((row) => row.id));
  const box: Bounds = [180, 90, -180, -90];
  for (const { properties, geometry } of boundaries?.features ?? [])
    if (some.has(String(properties?.id)) && 'coordinates' in geometry) widen(box, geometry.coordinates as Nested);
  return box[0] < box[2] ? box : null;
}

/** The box around a feature, in degrees. */
export function extentOf({ geometry }: Feature): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  if ('coordinates' in geometry) widen(box, geometry.coordinates as Nested);
  return box;
}

type Nested = Position | Nested[];

function widen(box: Bounds, nested: Nested): void {
  if (typeof nested[0] !== 'number') {
    for (const one of nested as Nested[]) widen(box, one);
    return;
  }
  const [x, y] = nested as [number, number];
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x);
  box[3] = Math.max(box[3], y);
}
