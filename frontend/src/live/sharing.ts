// One stream for all tabs of a browser: the tab that holds the lock listens to the server and tells the others. Where
// the browser has no locks (an address without https), each tab listens for itself.
//
// Words on the channel: `told` (an event of the stream), `line` (how the connection is), `where` (a new tab asks) and
// `here` (the answer: how far the stream has come).

export type Told = { kind: string; id: string; data: string };
export type Line = 'connecting' | 'open' | 'lost';

export const KINDS = [
  'opened',
  'unit_joined',
  'unit_left',
  'updated',
  'closed',
  'reopened',
  'aged_out',
  'located',
  'resync',
  'bye',
] as const;

type Word =
  | { word: 'told'; told: Told }
  | { word: 'line'; line: Line }
  | { word: 'where' }
  | { word: 'here'; cursor: string; line: Line };

// How long a new tab waits for one that listens already, milliseconds.
const ANSWER = 300;
// How long is waited before a connection is made anew that the browser has given up; it grows up to the second.
const AGAIN: readonly [number, number] = [1_000, 15_000];

export class SharedStream {
  /** How far the stream has come that this tab hears: `epoch:seq`. */
  cursor = '';
  line: Line = 'connecting';
  leads = false;
  #channel: BroadcastChannel | null = null;
  #source: EventSource | null = null;
  #timer = 0;
  #wait = AGAIN[0];
  #closed = false;
  #release: (() => void) | null = null;
  #heard: ((cursor: string) => void) | null = null;

  get #lock(): string {
    return `bluelamp-live-${this.feed}`;
  }

  constructor(
    private readonly feed: string,
    private readonly on: { told: (told: Told) => void; line: (line: Line) => void },
  ) {
    // A computer that sleeps wakes with a connection that is dead and does not know it.
    window.addEventListener('online', this.#anew);
    window.addEventListener('pageshow', this.#anew);
  }

  /** Joins the other tabs. Resolves with how far they have come; with the empty text where there is none. */
  async begin(): Promise<string> {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- pages without TLS have no locks
    if (!('BroadcastChannel' in window) || !navigator.locks) return '';
    // A page in a sandboxed frame shares nothing with others, and is told so by a refusal.
    const { held } = await navigator.locks.query().catch(() => ({ held: null }));
    if (!held) return '';
    const alone = !held.some((lock) => lock.name === this.#lock);
    this.#channel?.close();
    this.#channel = new BroadcastChannel(this.#lock);
    this.#channel.onmessage = (event: MessageEvent<Word>) => this.#hear(event.data);
    if (alone || this.#closed) return '';
    const answer = new Promise<string>((resolve) => {
      this.#heard = resolve;
      window.setTimeout(() => resolve(''), ANSWER);
    });
    this.#channel.postMessage({ word: 'where' } satisfies Word);
    return answer;
  }

  /** Listens from a cursor on: through the tab that leads, or by itself once it leads. */
  listen(cursor: string): void {
    this.cursor = cursor;
    if (this.leads) {
      // A stream that is open goes on by itself after what it said.
      if (!this.#source || this.#source.readyState === EventSource.CLOSED) this.#connect();
      return;
    }
    if (!this.#channel) {
      this.#lead();
      return;
    }
    if (this.#release) return;
    this.#release = () => {};
    void navigator.locks.request(this.#lock, () => {
      if (this.#closed) return undefined;
      return new Promise<void>((resolve) => {
        this.#release = resolve;
        this.#lead();
      });
    });
  }

  /** Connects anew, where this tab leads: the connection seems dead and does not say so. */
  renew(): void {
    if (this.leads) this.#connect();
  }

  close(): void {
    this.#closed = true;
    window.removeEventListener('online', this.#anew);
    window.removeEventListener('pageshow', this.#anew);
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#channel?.close();
    this.#release?.();
  }

  #anew = (event: Event): void => {
    if (event.type === 'pageshow' && !(event as PageTransitionEvent).persisted) return;
    if (this.leads) this.#connect();
  };

  #lead(): void {
    this.leads = true;
    this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    if (this.#closed) return;
    const source = new EventSource(`/api/v1/feeds/${this.feed}/events?cursor=${encodeURIComponent(this.cursor)}`);
    this.#source = source;
    source.onopen = () => {
      this.#wait = AGAIN[0];
      this.#put('open');
    };
    source.onerror = () => {
      this.#put('lost');
      // The browser comes back by itself unless it was answered with an error.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#timer = window.setTimeout(() => this.#connect(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, AGAIN[1]);
    };
    for (const kind of KINDS)
      source.addEventListener(kind, (event) => {
        const told = { kind, id: event.lastEventId, data: String(event.data) };
        if (told.id) this.cursor = told.id;
        this.#channel?.postMessage({ word: 'told', told } satisfies Word);
        this.on.told(told);
      });
  }

  #put(line: Line): void {
    this.line = line;
    this.#channel?.postMessage({ word: 'line', line } satisfies Word);
    this.on.line(line);
  }

  #hear(word: Word): void {
    if (word.word === 'where') {
      if (this.leads) this.#channel?.postMessage({ word: 'here', cursor: this.cursor, line: this.line } satisfies Word);
      return;
    }
    if (this.leads) return;
    if (word.word === 'here') {
      this.line = word.line;
      this.on.line(word.line);
      this.#heard?.(word.cursor);
    } else if (word.word === 'line') {
      this.line = word.line;
      this.on.line(word.line);
    } else {
      if (word.told.id) this.cursor = word.told.id;
      this.on.told(word.told);
    }
  }
}
