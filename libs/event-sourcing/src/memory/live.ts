import type { LiveText } from "@armada/contracts";

/** Who watches which run's text now. */
export class MemoryLive {
  readonly #watchers = new Map<string, Set<(piece: LiveText) => void>>();

  publish(team: string, piece: LiveText): void {
    for (const watcher of [...(this.#watchers.get(`${team} ${piece.run}`) ?? [])]) watcher(piece);
  }

  watch(key: string, handler: (piece: LiveText) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers);
    const watcher = (piece: LiveText): void => handler(piece); // the same handler may watch twice
    watchers.add(watcher);
    return new Promise((resolve) => {
      const end = (): void => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
        resolve();
      };
      signal.addEventListener("abort", end, { once: true });
    });
  }
}
