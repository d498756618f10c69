// What a map's colours mean: the same on the page and in a picture of the map.
import type { Palette } from '../lib/colours';
import { count, rate as rateWords } from '../lib/words';
import { areaBreaks, kindOf, type Kind } from '../layers/areas';
import type { Scene } from '../layers/scene';

export type Level = 'areas' | 'squares' | 'points';
/** `from` and `to` stand before and after the colours; `others` are what the colours do not say. */
export type Key = {
  level: Level;
  colours: readonly string[];
  from: string;
  to: string;
  others: { words: string; colour: string; hatched: boolean }[];
};

/** `squares` are the breaks of the squares in view, null where none was seen yet. */
export function keyOf(scene: Scene, level: Level, squares: number[] | null): Key | null {
  if (level === 'points') return { level, colours: [], from: '', to: '', others: [] };
  if (level === 'squares')
    return squares && { level, ...scaleOf(scene.palette, squares, 'records in a square', count), others: [] };
  if (!scene.boundaries) return null;
  const kinds = new Set((scene.card.areas?.rows ?? []).map(kindOf));
  const shaded = kinds.has('whole') || kinds.has('part');
  const unit = scene.shade === 'rate' ? 'per 1,000 residents' : 'records';
  const scale = shaded
    ? scaleOf(scene.palette, areaBreaks(scene), unit, scene.shade === 'rate' ? rateWords : count)
    : { colours: [], from: '', to: '' };
  return { level, ...scale, others: othersOf(kinds, scene.palette) };
}

function scaleOf(
  palette: Palette,
  breaks: number[],
  unit: string,
  words: (value: number) => string,
): Pick<Key, 'colours' | 'from' | 'to'> {
  const { steps } = palette;
  if (breaks.length === 0) return { colours: steps.slice(3, 4), from: '', to: unit };
  return {
    colours: steps.slice(steps.length - breaks.length - 1),
    from: `under ${words(breaks[0] ?? 0)}`,
    to: `${words(breaks.at(-1) ?? 0)} and more ${unit}`,
  };
}

function othersOf(kinds: Set<Kind>, palette: Palette): Key['others'] {
  const out: Key['others'] = [];
  if (kinds.has('part'))
    out.push({
      words: 'hatched over: more than a tenth of the months missing',
      colour: palette.steps[2] ?? palette.land,
      hatched: true,
    });
  if (kinds.has('unknown')) out.push({ words: 'nothing held: not known', colour: palette.land, hatched: true });
  if (kinds.has('stray'))
    out.push({ words: 'a few records beyond the areas asked about', colour: palette.stray, hatched: false });
  return out;
}
