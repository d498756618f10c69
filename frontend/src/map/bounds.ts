// What the map shows at first: the areas that are chosen, or those that the filters are about; where areas say nothing, where
// the records are, as the server says.
import type { Feature, FeatureCollection, Position } from 'geojson';
import type { AreaRow, Bounds, MapCard } from '../api/answers';

export function boundsOf(card: MapCard, boundaries: FeatureCollection | null, selected: string[]): Bounds | null {
  const some = new Set(aboutOf(card.areas?.rows ?? [], selected).map((row) => row.id));
  const box: Bounds = [180, 90, -180, -90];
  for (const { properties, geometry } of boundaries?.features ?? [])
    if (some.has(String(properties?.id)) && 'coordinates' in geometry) widen(box, geometry.coordinates);
  return box[0] < box[2] ? box : (card.bounds ?? null);
}

/** The areas that a map is about: stray records in somebody else's do not count, and where a few have figures, those of
    which nothing is held do not either. */
function aboutOf(rows: AreaRow[], selected: string[]): AreaRow[] {
  const chosen = rows.filter((row) => selected.includes(row.name) || selected.includes(row.id));
  if (chosen.length > 0) return chosen;
  const inside = rows.filter((row) => row.inside);
  const known = inside.filter((row) => row.count !== null);
  const some = known.filter((row) => row.count !== 0);
  return some.length > 0 ? some : known.length > 0 ? known : inside.length > 0 ? inside : rows;
}

/** The box around a feature, in degrees. */
export function extentOf({ geometry }: Feature): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  if ('coordinates' in geometry) widen(box, geometry.coordinates);
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
