// Tells what is new to those who listen: at most every ten seconds, several calls in one sentence.
import { say } from '../lib/messages';
import type { Dictionary } from './dictionary';
import type { News } from './feed.svelte';
import { where } from './words';

const EVERY = 10_000;
const NAMED = 3;

export class Announcer {
  text = $state('');
  #waiting: string[] = [];
  #timer = 0;
  #last = 0;

  constructor(
    private readonly dictionary: () => Dictionary,
    private readonly lets: (news: News) => boolean,
    /** Is told the same, for whoever does not read. */
    private readonly tell: (text: string, calls: number) => void = () => {},
  ) {}

  heard(news: News[]): void {
    for (const one of news) {
      if ((one.change.kind === 'opened' || one.change.kind === 'reopened') && this.lets(one))
        this.#waiting.push(`${this.dictionary().nature(one.call.nature).label}, ${where(one.call)}`);
    }
    if (this.#waiting.length === 0 || this.#timer) return;
    this.#timer = window.setTimeout(() => this.#say(), Math.max(0, this.#last + EVERY - Date.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #say(): void {
    this.#timer = 0;
    this.#last = Date.now();
    const all = this.#waiting;
    this.#waiting = [];
    const values = { count: all.length, calls: all.slice(0, NAMED).join('; ') };
    this.text =
      all.length > NAMED
        ? say('announce.more', { ...values, more: all.length - NAMED })
        : say('announce.calls', values);
    this.tell(this.text, all.length);
  }
}
