// Asks the server. Every failure becomes a Problem with sentences that can be shown.

import { say } from '../lib/messages';

/** Why an answer did not come: what happened and what can be done. Status 0 is a server that was not reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint = '',
  ) {
    super(detail);
  }
}

function unreached(): Problem {
  const what = navigator.onLine ? 'unreached' : 'offline';
  return new Problem(0, say(`problem.${what}`), say(`problem.${what}.detail`), say(`problem.${what}.hint`));
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { title?: string; detail?: unknown; hint?: string };
    const detail = typeof body.detail === 'string' ? body.detail : say('problem.noReason');
    return new Problem(response.status, body.title ?? say('problem.failed'), detail, body.hint ?? '');
  } catch {
    return new Problem(response.status, say('problem.failed'), say('problem.status', { status: response.status }));
  }
}

declare global {
  interface Window {
    /** What src/start.js asked before the program was there. */
    early?: Record<string, Promise<Response>>;
  }
}

/** An answer that is on its way already; it is taken once. */
function asked(path: string): Promise<Response> | undefined {
  const answer = window.early?.[path];
  if (answer) delete window.early?.[path];
  return answer;
}

/** The JSON at `path`. Throws Problem; an aborted request throws the browser's AbortError. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await getWithStatus<T>(path, signal)).body;
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names what the address answers with
export async function getWithStatus<T>(
  path: string,
  signal?: AbortSignal,
): Promise<{ body: T; status: number; retryAfter: number }> {
  let response: Response;
  try {
    response = await (asked(path) ?? fetch(path, { headers: { Accept: 'application/json' }, signal: signal ?? null }));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw unreached();
  }
  if (!response.ok) throw await problemOf(response);
  const retryAfter = Number(response.headers.get('Retry-After') ?? '2');
  return { body: (await response.json()) as T, status: response.status, retryAfter };
}
