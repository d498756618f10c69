// The order of the list. Calls that have ended keep their place until they fade.
import type { Dictionary } from './dictionary';
import type { Seen } from './types';
import type { Sort } from './view';
import { openedAt } from './words';

export function sorted(calls: readonly Seen[], sort: Sort, dictionary: Dictionary): Seen[] {
  const keyed = calls.map((call) => ({
    call,
    at: openedAt(call) || 0,
    rank: dictionary.priority(call.priority).rank || 9,
  }));
  const newest = (a: Keyed, b: Keyed): number => b.at - a.at || (a.call.id < b.call.id ? -1 : 1);
  const by: Record<Sort, (a: Keyed, b: Keyed) => number> = {
    newest,
    oldest: (a, b) => newest(b, a),
    priority: (a, b) => a.rank - b.rank || newest(a, b),
    nature: (a, b) =>
      dictionary.nature(a.call.nature).label.localeCompare(dictionary.nature(b.call.nature).label) || newest(a, b),
  };
  return keyed.sort(by[sort]).map((one) => one.call);
}

type Keyed = { call: Seen; at: number; rank: number };
