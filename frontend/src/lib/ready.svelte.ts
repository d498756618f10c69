// Answers that the server works out in the background: asked again until they are there.
import { getWithStatus, Problem } from '../api/client';

const TRIES = 400;

/** The JSON at `path`; `words` is told how far the server is. Throws Problem, or the browser's AbortError. */
export async function getWhenReady<T>(path: string, signal: AbortSignal, words: (text: string) => void): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { body, status, retryAfter } = await getWithStatus<T & { words?: string }>(path, signal);
    if (status !== 202) return body;
    words(body.words ?? 'This is being worked out.');
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, retryAfter) * 1000));
    signal.throwIfAborted();
  }
  throw new Problem(
    0,
    'This takes long',
    'It takes longer than a page should wait.',
    'Come back in a few minutes: the work goes on.',
  );
}

/** Such an answer for an address that may change; null asks nothing. The last one stays until the next one is there. */
export class Ready<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);
  words = $state('');
  #again = $state(0);

  constructor(address: () => string | null) {
    $effect(() => {
      const path = address();
      void this.#again;
      if (path === null) return;
      const stop = new AbortController();
      this.loading = true;
      this.words = '';
      const settle = (data: T | null, problem: Problem | null): void => {
        if (stop.signal.aborted) return;
        if (data !== null) this.data = data;
        this.problem = problem;
        this.loading = false;
        this.words = '';
      };
      getWhenReady<T>(path, stop.signal, (text) => (this.words = text)).then(
        (data) => settle(data, null),
        (error: unknown) =>
          settle(null, error instanceof Problem ? error : new Problem(0, 'That did not work', String(error))),
      );
      return () => stop.abort();
    });
  }

  retry(): void {
    this.#again += 1;
  }
}
