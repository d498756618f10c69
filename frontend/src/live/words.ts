// The live half's words: times in the agency's zone, intervals, ages, natures and priorities. American English for the
// feeds of American cities.
import type { Call, Feed, Health } from './types';

export type Meaning = { label: string; words: string };

const kept = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, style: 'time' | 'seconds' | 'day' | 'full' | 'key' | 'zone'): Intl.DateTimeFormat {
  const key = `${zone}/${style}`;
  let found = kept.get(key);
  if (!found) {
    const options: Record<typeof style, Intl.DateTimeFormatOptions> = {
      time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
      day: { weekday: 'short', month: 'short', day: 'numeric' },
      full: { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' },
      key: { year: 'numeric', month: '2-digit', day: '2-digit' },
      zone: { timeZoneName: 'short' },
    };
    try {
      found = new Intl.DateTimeFormat('en-US', { ...options[style], timeZone: zone });
    } catch {
      found = new Intl.DateTimeFormat('en-US', { ...options[style], timeZone: 'UTC' });
    }
    kept.set(key, found);
  }
  return found;
}

/** Clock and calendar of one agency. */
export class Clock {
  constructor(readonly zone: string) {}

  /** `13:04` */
  time(at: string | number): string {
    return format(this.zone, 'time').format(new Date(at));
  }
  seconds(at: string | number): string {
    return format(this.zone, 'seconds').format(new Date(at));
  }
  /** `Wed, Feb 11` */
  day(at: string | number): string {
    return format(this.zone, 'day').format(new Date(at));
  }
  /** `Wednesday, February 11, 2026` */
  whole(at: string | number): string {
    return format(this.zone, 'full').format(new Date(at));
  }
  /** `13:04`, with the day where it is not that of `now`. */
  when(at: string | number, now: number): string {
    return this.dayKey(at) === this.dayKey(now) ? this.time(at) : `${this.day(at)}, ${this.time(at)}`;
  }
  dayKey(at: string | number): string {
    return format(this.zone, 'key').format(new Date(at));
  }
  /** `2026-02-11` */
  isoDay(at: string | number): string {
    const parts = Object.fromEntries(
      format(this.zone, 'key')
        .formatToParts(new Date(at))
        .map((part) => [part.type, part.value]),
    );
    return ['year', 'month', 'day'].map((part) => parts[part] ?? '').join('-');
  }
  /** When a day of the calendar begins, milliseconds: also where its clocks change. */
  midnight(day: string): number {
    const wanted = Date.parse(`${day}T00:00:00Z`);
    let at = wanted;
    for (let turn = 0; turn < 3; turn += 1) at += wanted - Date.parse(`${this.isoDay(at)}T${this.seconds(at)}Z`);
    return at;
  }
  /** `CST`; the zone's own name where it has no letters. */
  name(at: string | number): string {
    return (
      format(this.zone, 'zone')
        .formatToParts(new Date(at))
        .find((part) => part.type === 'timeZoneName')?.value ?? this.zone
    );
  }
  /** `between 13:04 and 13:06`: that is what is known. */
  between(interval: (string | null)[] | null | undefined, now: number): string {
    const [first, last] = interval ?? [];
    if (!last && !first) return 'at a time that is not known';
    if (!first) return `before ${this.when(last ?? '', now)}`;
    if (!last) return `after ${this.when(first, now)}`;
    const [from, to] = [this.when(first, now), this.when(last, now)];
    return from === to ? `at ${from}` : `between ${from} and ${to}`;
  }
}

/** `40 seconds`, `23 minutes`, `2 hours 5 minutes`, `3 days`. */
export function age(seconds: number): string {
  const one = (value: number, unit: string): string => `${value} ${unit}${value === 1 ? '' : 's'}`;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 90) return one(whole, 'second');
  const minutes = Math.floor(whole / 60);
  if (minutes < 90) return one(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 48)
    return minutes % 60 > 0 && hours < 12 ? `${one(hours, 'hour')} ${one(minutes % 60, 'minute')}` : one(hours, 'hour');
  return one(Math.floor(hours / 24), 'day');
}

/** `now`, `9 min`, `2 h 5 min`, `3 d`: for the list. */
export function shortAge(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

/** Since when a call is known to be open, milliseconds. */
export const openedAt = (call: Call): number => Date.parse(call.opened_between[1] ?? call.opened_between[0] ?? '');

export const where = (call: Call): string =>
  [call.block && !startsWith(call.location, call.block) ? call.block : '', call.location ?? '']
    .filter(Boolean)
    .join(' ') || 'No location is listed';

function startsWith(location: string | null, block: string): boolean {
  return (location ?? '').toLowerCase().startsWith(block.toLowerCase());
}

export const hasPoint = (call: Call): boolean =>
  call.place?.kind === 'point' && call.place.lat != null && call.place.lon != null;
export const inArea = (call: Call): boolean => call.place?.kind === 'area' && Boolean(call.place.area);

/** How the page stands to the source, in a word and a sentence. */
export type Standing = {
  state: 'live' | 'catching up' | 'stale' | 'offline' | 'doubt' | 'loading';
  title: string;
  words: string;
};

export function standing(
  now: number,
  clock: Clock,
  told: {
    health: Health | null;
    line: 'connecting' | 'open' | 'lost';
    lostSince: number | null;
    catching: boolean;
    loaded: boolean;
    feed: Feed | null;
  },
): Standing {
  const { health, feed } = told;
  const seen = health?.last_good_at ?? null;
  const seenWords = seen
    ? `The last good list of calls is that of ${clock.when(seen, now)}, ${age((now - Date.parse(seen)) / 1000)} ago.`
    : 'No good list of calls has come yet.';
  if (!navigator.onLine || (told.lostSince !== null && now - told.lostSince > 5_000))
    return {
      state: 'offline',
      title: 'Offline',
      words: `${navigator.onLine ? 'The server does not answer' : 'This device has no connection'}${told.lostSince ? ` since ${clock.seconds(told.lostSince)}` : ''}. What you see is as it was then. ${seenWords}`,
    };
  if (!told.loaded) return { state: 'loading', title: 'Loading', words: 'The calls are on their way.' };
  if (told.catching || told.line !== 'open')
    return { state: 'catching up', title: 'Catching up', words: `What was missed is being loaded. ${seenWords}` };
  if (!health) return { state: 'live', title: 'Live', words: 'Changes come by themselves.' };
  if (health.state === 'live') return { state: 'live', title: 'Live', words: seenWords };
  const publisher = feed?.title ?? 'The source';
  const by: Record<string, Standing> = {
    'stale source': {
      state: 'stale',
      title: 'Stale source',
      words: `${publisher} has listed the same calls${health.unchanged_since ? ` since ${clock.when(health.unchanged_since, now)}` : ''}, longer than usual: new calls may be missing, and old ones may be over.`,
    },
    'in doubt': {
      state: 'doubt',
      title: 'In doubt',
      words: `The newest list looks incomplete. It adds calls and ends none until another one confirms it. ${seenWords}`,
    },
    failing: {
      state: 'stale',
      title: 'Stale source',
      words: `The last answers of ${publisher} could not be used. ${seenWords} Nothing is ended meanwhile.`,
    },
    silent: {
      state: 'stale',
      title: 'Stale source',
      words: `Nothing was fetched lately. ${seenWords} Nothing is ended meanwhile.`,
    },
    'never polled': { state: 'stale', title: 'Not begun', words: 'This feed was never fetched here.' },
  };
  return by[health.state] ?? { state: 'stale', title: health.state, words: seenWords };
}
