// The live half's words: times in the agency's zone, intervals, ages, natures and priorities. American English for the
// feeds of American cities.
import { say } from '../lib/messages';
import type { Call, Feed, Health } from './types';

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
    if (!last && !first) return say('interval.unknown');
    if (!first) return say('interval.before', { last: this.when(last ?? '', now) });
    if (!last) return say('interval.after', { first: this.when(first, now) });
    const [from, to] = [this.when(first, now), this.when(last, now)];
    return from === to ? say('interval.at', { first: from }) : say('interval.between', { first: from, last: to });
  }
}

/** `40 seconds`, `23 minutes`, `2 hours 5 minutes`, `3 days`. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 90) return say('age.seconds', { count: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 90) return say('age.minutes', { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return say('age.days', { count: Math.floor(hours / 24) });
  const told = say('age.hours', { count: hours });
  if (minutes % 60 === 0 || hours >= 12) return told;
  return say('age.hoursMinutes', { hours: told, minutes: say('age.minutes', { count: minutes % 60 }) });
}

/** `now`, `9 min`, `2 h 5 min`, `3 d`: for the list. */
export function shortAge(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return say('shortAge.now');
  if (minutes < 60) return say('shortAge.minutes', { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return say('shortAge.days', { days: Math.floor(hours / 24) });
  return minutes % 60 > 0
    ? say('shortAge.hoursMinutes', { hours, minutes: minutes % 60 })
    : say('shortAge.hours', { hours });
}

/** Since when a call is known to be open, milliseconds. */
export const openedAt = (call: Call): number => Date.parse(call.opened_between[1] ?? call.opened_between[0] ?? '');

export const where = (call: Call): string =>
  [call.block && !startsWith(call.location, call.block) ? call.block : '', call.location ?? '']
    .filter(Boolean)
    .join(' ') || say('call.noLocation');

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

type Told = {
  health: Health | null;
  line: 'connecting' | 'open' | 'lost';
  lostSince: number | null;
  catching: boolean;
  loaded: boolean;
  feed: Feed | null;
};

export function standing(now: number, clock: Clock, told: Told): Standing {
  const { health } = told;
  const at = health?.last_good_at ?? null;
  const seen = at
    ? say('standing.seen', { when: clock.when(at, now), age: age((now - Date.parse(at)) / 1000) })
    : say('standing.notSeen');
  if (!navigator.onLine || (told.lostSince !== null && now - told.lostSince > 5_000))
    return { state: 'offline', title: say('standing.offline'), words: offline(clock, told.lostSince, seen) };
  if (!told.loaded) return { state: 'loading', title: say('standing.loading'), words: say('standing.loading.words') };
  if (told.catching || told.line !== 'open')
    return {
      state: 'catching up',
      title: say('standing.catchingUp'),
      words: say('standing.catchingUp.words', { seen }),
    };
  if (!health) return { state: 'live', title: say('standing.live'), words: say('standing.live.words') };
  if (health.state === 'live') return { state: 'live', title: say('standing.live'), words: seen };
  return ofSource(health, told.feed?.title ?? say('standing.publisher'), seen, (moment) => clock.when(moment, now));
}

function offline(clock: Clock, lostSince: number | null, seen: string): string {
  const who = navigator.onLine ? 'server' : 'device';
  if (lostSince === null) return say(`standing.offline.${who}`, { seen });
  return say(`standing.offline.${who}Since`, { since: clock.seconds(lostSince), seen });
}

/** How the source itself stands, where it is not live. */
function ofSource(health: Health, publisher: string, seen: string, when: (moment: string) => string): Standing {
  const stale = (words: string): Standing => ({ state: 'stale', title: say('standing.stale'), words });
  switch (health.state) {
    case 'stale source': {
      const since = health.unchanged_since;
      return stale(
        since
          ? say('standing.stale.since', { publisher, since: when(since) })
          : say('standing.stale.words', { publisher }),
      );
    }
    case 'in doubt':
      return { state: 'doubt', title: say('standing.doubt'), words: say('standing.doubt.words', { seen }) };
    case 'failing':
      return stale(say('standing.failing.words', { publisher, seen }));
    case 'silent':
      return stale(say('standing.silent.words', { seen }));
    case 'never polled':
      return { state: 'stale', title: say('standing.notBegun'), words: say('standing.notBegun.words') };
    default:
      return { state: 'stale', title: health.state, words: seen };
  }
}
