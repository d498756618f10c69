// A feed's past: the calls of any moment, from pieces of an hour that are loaded as they are needed. A piece holds the
// calls that were open when it begins and the changes within it; a moment is their sum.
import { get, Problem } from '../api/client';
import { applied, type Calls } from './apply';
import type { Call, Change, Past as Answer, Place, Seen, Stretch } from './types';

const PIECE = 3_600_000;
const KEPT = 30;
// A call that ended is shown for so long after it, in the time that is played.
const FADES = 5 * 60_000;

// Where a call is was often found out after it had come: what is known now is shown.
type Piece = { start: Call[]; changes: Change[]; places: Record<string, Place | null>; unwatched: Stretch[] | null };

export class Past {
  /** The moment that is shown, milliseconds. */
  at = $state(0);
  calls = $state.raw<readonly Seen[]>([]);
  /** Whether somebody watched at that moment. */
  watched = $state(true);
  loading = $state(false);
  problem = $state.raw<Problem | null>(null);
  #pieces = new Map<number, Promise<Piece>>();
  #asked = 0;

  constructor(private readonly feed: string) {}

  async seek(at: number): Promise<void> {
    this.at = at;
    const asked = ++this.#asked;
    const begins = Math.floor(at / PIECE) * PIECE;
    this.loading = true;
    try {
      const piece = await this.#piece(begins);
      if (asked !== this.#asked) return;
      this.#show(piece, at);
      this.problem = null;
      // What comes next when it is played.
      if (begins + PIECE < Date.now()) this.#piece(begins + PIECE).catch(() => {});
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = error instanceof Problem ? error : new Problem(0, 'That did not work', String(error));
    }
    if (asked === this.#asked) this.loading = false;
  }

  retry(): void {
    void this.seek(this.at);
  }

  #show(piece: Piece, at: number): void {
    const calls: Calls = new Map(piece.start.map((call) => [call.id, call]));
    const ended = new Map<string, number>();
    for (const change of piece.changes) {
      const when = Date.parse(change.at);
      if (when > at) break;
      const after = applied(calls.get(change.call), change);
      if (!after) continue;
      calls.set(change.call, after);
      if (after.ended) ended.set(change.call, when);
      else ended.delete(change.call);
    }
    const found: Seen[] = [];
    for (const then of calls.values()) {
      const call = { ...then, place: piece.places[then.id] ?? then.place };
      const endedAt = ended.get(call.id);
      if (endedAt === undefined) found.push(call);
      else if (endedAt > at - FADES) found.push({ ...call, endedAt });
    }
    this.calls = found;
    this.watched = !piece.unwatched?.some((gap) => Date.parse(gap.from) <= at && at <= Date.parse(gap.to));
  }

  #piece(begins: number): Promise<Piece> {
    // The hour that is still going on is loaded anew: it grows.
    const known = this.#pieces.get(begins);
    if (known) return known;
    const made = this.#load(begins);
    this.#pieces.set(begins, made);
    made.catch(() => this.#pieces.delete(begins));
    if (begins + PIECE > Date.now())
      void made.then(
        () => window.setTimeout(() => this.#pieces.delete(begins), 30_000),
        () => {},
      );
    const oldest = this.#pieces.keys().next().value;
    if (this.#pieces.size > KEPT && oldest !== undefined) this.#pieces.delete(oldest);
    return made;
  }

  async #load(begins: number): Promise<Piece> {
    const span = `from=${new Date(begins).toISOString()}&to=${new Date(begins + PIECE).toISOString()}`;
    const piece: Piece = { start: [], changes: [], places: {}, unwatched: null };
    let after = '';
    do {
      const page: Answer = await get<Answer>(
        `/api/v1/feeds/${this.feed}/history?${span}&changes=true&places=true&limit=5000${after ? `&after=${after}` : ''}`,
      );
      if (page.start) piece.start = page.start;
      piece.changes.push(...(page.changes ?? []));
      Object.assign(piece.places, page.places);
      piece.unwatched ??= page.unwatched;
      after = page.next ?? '';
    } while (after);
    return piece;
  }
}
