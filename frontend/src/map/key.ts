// What a map's colours mean: the same on the page and in a picture of the map.
import { say } from '../lib/messages';
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
    return squares && { level, ...scaleOf(scene.palette, squares, say('key.squares'), count), others: [] };
  if (!scene.boundaries) return null;
  const kinds = new Set((scene.card.areas?.rows ?? []).map(kindOf));
  const shaded = kinds.has('whole') || kinds.has('part');
  const unit = scene.shade === 'rate' ? say('key.rate') : say('key.count');
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
    from: say('key.under', { value: words(breaks[0] ?? 0) }),
    to: say('key.andMore', { value: words(breaks.at(-1) ?? 0), unit }),
  };
}

function othersOf(kinds: Set<Kind>, palette: Palette): Key['others'] {
  const out: Key['others'] = [];
  if (kinds.has('part'))
    out.push({
      words: say('key.part'),
      colour: palette.steps[2] ?? palette.land,
      hatched: true,
    });
  if (kinds.has('unknown')) out.push({ words: say('key.unknown'), colour: palette.land, hatched: true });
  if (kinds.has('stray')) out.push({ words: say('key.stray'), colour: palette.stray, hatched: false });
  return out;
}
