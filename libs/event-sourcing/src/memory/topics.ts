/** Who hears what is said of which topic now; what nobody hears is gone. */
export class MemoryTopics<T> {
  readonly #listeners = new Map<string, Set<(said: T) => void>>();

  say(topic: string, said: T): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(said);
  }

  /** Resolves when `signal` aborts. */
  listen(topic: string, handler: (said: T) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const listener = (said: T): void => handler(said); // the same handler may listen twice
    listeners.add(listener);
    return new Promise((resolve) => {
      const end = (): void => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
        resolve();
      };
      signal.addEventListener("abort", end, { once: true });
    });
  }
}
