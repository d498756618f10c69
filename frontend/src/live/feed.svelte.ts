// One feed as it is now: its calls loaded once, then moved by the stream. Everything that comes is kept in a map that
// nothing watches, and shown once a frame: a burst of changes costs one drawing.
import { get, Problem } from '../api/client';
import { applied, type Calls as CallMap } from './apply';
import { SharedStream, type Line, type Told } from './sharing';
import type { Call, Calls, Change, Feed, Health, Seen } from './types';

// How long a call that has ended stays on the page, and how often is asked how the source is doing; milliseconds.
const FADES = 60_000;
const HEALTH = 20_000;
// How far the page may lie behind the server before its stream is held to be dead, milliseconds.
const PATIENCE = 4_000;
// After an answer that could not be used, the calls are asked for again; it grows up to the second.
const AGAIN: readonly [number, number] = [1_000, 20_000];

/** What a change looks like to somebody who only listens. */
export type News = { change: Change; call: Call };

export class LiveFeed {
  feed = $state.raw<Feed | null>(null);
  health = $state.raw<Health | null>(null);
  /** Open calls, and for a minute those that have ended. */
  calls = $state.raw<readonly Seen[]>([]);
  cursor = $state('');
  line = $state<Line>('connecting');
  loaded = $state(false);
  /** What stands between the page and the calls. */
  problem = $state.raw<Problem | null>(null);
  /** Since when the line is lost, milliseconds; null while it is there. */
  lostSince = $state<number | null>(null);
  catching = $state(false);

  #calls: CallMap = new Map();
  #ended = new Map<string, number>();
  #stream: SharedStream;
  #waiting: Told[] = [];
  #loading: AbortController | null = null;
  #frame = 0;
  #timers: number[] = [];
  #wait = AGAIN[0];
  #seq = -1;
  #epoch = '';
  #closed = false;
  #listeners = new Set<(news: News[]) => void>();
  #news: News[] = [];

  constructor(readonly name: string) {
    this.#stream = new SharedStream(name, { told: (told) => this.#told(told), line: (line) => this.#lineIs(line) });
    void this.#begin();
    this.#timers.push(
      window.setInterval(() => void this.#ask(), HEALTH),
      window.setInterval(() => this.#fade(), 5_000),
    );
    document.addEventListener('visibilitychange', this.#seen);
  }

  close(): void {
    this.#closed = true;
    this.#stream.close();
    this.#loading?.abort();
    cancelAnimationFrame(this.#frame);
    this.#timers.forEach((timer) => clearInterval(timer));
    document.removeEventListener('visibilitychange', this.#seen);
  }

  /** Tells every change that comes, in order, several at a time. Returns what ends it. */
  listen(listener: (news: News[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A call that the page knows. */
  call(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  retry(): void {
    this.problem = null;
    void this.#begin();
  }

  async #begin(): Promise<void> {
    void this.#ask();
    // At once, not one after the other: over a slow line each waits for seconds.
    void this.#about();
    await this.#load(await this.#stream.begin());
  }

  async #about(): Promise<void> {
    try {
      this.feed = await get<Feed>(`/api/v1/feeds/${this.name}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
      if (error.status === 404) this.close();
      else this.#later(() => void this.#about());
    }
  }

  /** The calls as they are, as far as a cursor at least; what comes meanwhile waits. */
  async #load(atLeast: string): Promise<void> {
    if (this.#closed) return;
    this.#loading?.abort();
    const stop = new AbortController();
    this.#loading = stop;
    this.catching = this.loaded;
    try {
      const query = atLeast ? `?at_least=${encodeURIComponent(atLeast)}` : '';
      const found = await get<Calls>(`/api/v1/feeds/${this.name}/calls${query}`, stop.signal);
      if (stop.signal.aborted) return;
      this.#loading = null;
      this.#wait = AGAIN[0];
      this.#put(found);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#loading = null;
      this.problem = error instanceof Problem ? error : new Problem(0, 'The calls did not come', String(error));
      this.#later(() => void this.#load(atLeast));
    }
  }

  #put(found: Calls): void {
    const before = this.#calls;
    this.#calls = new Map(found.calls.map((call) => [call.id, call]));
    // What has just ended goes on fading also over a new beginning.
    for (const id of [...this.#ended.keys()]) {
      const call = before.get(id);
      if (call?.ended && !this.#calls.has(id)) this.#calls.set(id, call);
      else this.#ended.delete(id);
    }
    this.#moveTo(found.cursor);
    this.problem = null;
    this.loaded = true;
    this.catching = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#stream.listen(found.cursor);
    for (const told of waiting) this.#told(told);
    this.#show();
  }

  #moveTo(cursor: string): void {
    const [epoch = '', seq = '0'] = cursor.split(':');
    this.#epoch = epoch;
    this.#seq = Number(seq);
  }

  #told(told: Told): void {
    if (told.kind === 'bye') return; // the browser comes back by itself
    if (this.#loading || this.#seq < 0) {
      if (this.#waiting.length < 20_000) this.#waiting.push(told);
      return;
    }
    if (told.kind === 'resync') return void this.#load((JSON.parse(told.data) as { cursor: string }).cursor);
    const [epoch = '', number = ''] = told.id.split(':');
    const seq = Number(number);
    if (epoch !== this.#epoch) return void this.#load('');
    if (seq <= this.#seq) return; // this is known already
    const change = JSON.parse(told.data) as Change;
    // The stream is complete by its numbers: what does not follow on is a gap, and a gap is loaded, never guessed.
    const after = seq === this.#seq + 1 ? applied(this.#calls.get(change.call), change) : null;
    if (!after) return void this.#load(told.id);
    this.#seq = seq;
    this.#calls.set(change.call, after);
    if (after.ended) this.#ended.set(change.call, Date.now());
    else this.#ended.delete(change.call);
    if (this.#listeners.size > 0) this.#news.push({ change, call: after });
    this.#show();
  }

  /** Once a frame; in a tab that nobody looks at, twice a second. */
  #show(): void {
    if (this.#frame) return;
    const draw = (): void => {
      this.#frame = 0;
      if (this.#closed) return;
      this.cursor = `${this.#epoch}:${this.#seq}`;
      this.calls = [...this.#calls.values()].map((call) => {
        const endedAt = this.#ended.get(call.id);
        return endedAt === undefined ? call : { ...call, endedAt };
      });
      const news = this.#news;
      this.#news = [];
      if (news.length > 0) for (const listener of this.#listeners) listener(news);
    };
    this.#frame = document.hidden ? window.setTimeout(draw, 500) : requestAnimationFrame(draw);
  }

  #fade(): void {
    const before = Date.now() - FADES;
    let any = false;
    for (const [id, at] of this.#ended) {
      if (at > before) continue;
      this.#ended.delete(id);
      this.#calls.delete(id);
      any = true;
    }
    if (any) this.#show();
  }

  #lineIs(line: Line): void {
    this.line = line;
    if (line === 'open') {
      this.lostSince = null;
      void this.#ask();
    } else if (line === 'lost') this.lostSince ??= Date.now();
  }

  #seen = (): void => {
    if (document.hidden) return;
    void this.#ask();
    this.#show();
  };

  async #ask(): Promise<void> {
    if (document.hidden && this.health) return;
    try {
      this.health = await get<Health>(`/api/v1/feeds/${this.name}/health`);
    } catch {
      return; // told by the line: the server is away
    }
    if (this.#isBehind(this.health.cursor)) window.setTimeout(() => this.#catchUp(), PATIENCE);
  }

  #isBehind(cursor: string | null): boolean {
    if (!cursor || this.#seq < 0 || this.#loading) return false;
    const [epoch, seq] = cursor.split(':');
    return epoch !== this.#epoch || Number(seq) > this.#seq;
  }

  /** After a sleep a connection may be dead and not know it: the server's own cursor tells. */
  #catchUp(): void {
    const cursor = this.health?.cursor ?? null;
    if (this.#closed || cursor === null || !this.#isBehind(cursor)) return;
    this.#stream.renew();
    void this.#load(cursor);
  }

  #later(what: () => void): void {
    window.setTimeout(() => !this.#closed && what(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, AGAIN[1]);
  }
}
