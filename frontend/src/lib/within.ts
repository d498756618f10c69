// Waiting for something that comes by itself.

/** What `look` finds, asked until it finds something; fails after so many seconds. */
export async function within<T>(seconds: number, look: () => T | null): Promise<T> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`it took more than ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
