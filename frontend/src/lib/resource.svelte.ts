// What a page needs from the server: the last answer stays while the next one is on its way.
import { get, Problem } from '../api/client';

export class Resource<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);
  #again = $state(0);

  constructor(address: () => string | null) {
    $effect(() => {
      const path = address();
      void this.#again;
      if (path === null) return;
      const stop = new AbortController();
      this.loading = true;
      get<T>(path, stop.signal).then(
        (data) => {
          this.data = data;
          this.problem = null;
          this.loading = false;
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          this.problem = error instanceof Problem ? error : new Problem(0, 'That did not work', String(error));
          this.loading = false;
        },
      );
      return () => stop.abort();
    });
    // The connection is back: what was not reached is asked again.
    $effect(() => {
      if (this.problem?.status !== 0) return;
      const again = (): void => this.retry();
      window.addEventListener('online', again);
      return () => window.removeEventListener('online', again);
    });
  }

  retry(): void {
    this.#again += 1;
  }
}

const kept = new Map<string, Promise<unknown>>();

/** Asked once and kept for the visit: definitions, boundaries. A failure is not kept. */
export function once<T>(path: string): Promise<T> {
  let answer = kept.get(path) as Promise<T> | undefined;
  if (!answer) {
    answer = get<T>(path);
    kept.set(path, answer);
    answer.catch(() => kept.delete(path));
  }
  return answer;
}
