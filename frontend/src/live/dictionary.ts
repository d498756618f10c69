// What an agency's codes mean, by the dictionary in its configuration.
import { say } from '../lib/messages';
import type { Call, Feed } from './types';
import { plain } from './view';

export type Group =
  'violence' | 'theft' | 'disturbance' | 'traffic' | 'medical' | 'fire' | 'alarm' | 'welfare' | 'other';
export type NatureWords = { match: string; label: string; words: string; group: Group };
export type PriorityWords = { match: string; label: string; words: string; rank: number };
type Written = { natures: NatureWords[]; priorities: PriorityWords[] };

export const groupWords = (group: Group): string => say(`group.${group}`);

export class Dictionary {
  #natures = new Map<string, NatureWords>();
  #priorities = new Map<string, PriorityWords>();
  readonly #written: Written;

  constructor(feed: Feed | null) {
    const given = (feed as { dictionary?: Written | null } | null)?.dictionary;
    this.#written = given ?? { natures: [], priorities: [] };
  }

  /** The known priorities, the most urgent first. */
  get priorities(): PriorityWords[] {
    return [...this.#written.priorities].sort((a, b) => a.rank - b.rank);
  }

  nature(text: string | null): NatureWords {
    const key = text ?? '';
    let found = this.#natures.get(key);
    if (!found) {
      found = best(this.#written.natures, key) ?? { match: key, label: readable(key), words: '', group: 'other' };
      this.#natures.set(key, found);
    }
    return found;
  }

  /** `rank` is 1 for the most urgent to 4, 0 where it is not known. */
  priority(text: string | null): PriorityWords {
    const key = text ?? '';
    let found = this.#priorities.get(key);
    if (!found) {
      found = best(this.#written.priorities, key) ?? {
        match: key,
        label: key ? say('priority.code', { code: key }) : say('priority.none'),
        words: '',
        rank: /^[1-4]$/.test(key) ? Number(key) : 0,
      };
      this.#priorities.set(key, found);
    }
    return found;
  }

  /** What a search for text looks through. */
  text = (call: Call): string =>
    [
      this.nature(call.nature).label, call.nature, call.block, call.location, call.incident_number, call.beat && `beat ${call.beat}`, call.division,
      call.status, ...call.units.map((unit) => unit.unit),
    ].filter(Boolean).join(' ').toLowerCase(); // prettier-ignore
}

/** `40/01 - Other` → `Other`; what has no code before it stays as it is. */
function readable(text: string): string {
  const bare = text.replace(/^[0-9A-Z/*]{1,8}\s+-\s+/, '').trim();
  if (!bare) return text || say('nature.none');
  return bare === bare.toUpperCase() ? bare.charAt(0) + bare.slice(1).toLowerCase() : bare;
}

/** An exact text comes before a pattern, then the first that fits. */
function best<One extends { match: string }>(all: One[], text: string): One | undefined {
  const bare = plain(text);
  return all.find((one) => plain(one.match) === bare) ?? all.find((one) => matches(one.match, text));
}

/** As the server matches: `*` and `?` stand for any letters, large and small are the same. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 'i').test(text.trim().replace(/\s+/g, ' '));
}
