/** What the simulated agents did outside the mesh, by idempotency key. */
export class Effects {
  readonly wrong: string[] = [];
  /** The calls of agents that began, and when, ms since 1970. */
  readonly begun: { readonly side: string; readonly agent: string; readonly at: number }[] = [];
  readonly #done = new Map<string, { what: string; times: number }>();

  /** @returns how often it has been done now, this time included. */
  record(key: string, what: string): number {
    const done = this.#done.get(key) ?? { what, times: 0 };
    if (done.what !== what) this.wrong.push(`the idempotency key ${key} stands for "${done.what}" and for "${what}"`);
    done.times++;
    this.#done.set(key, done);
    return done.times;
  }

  times(key: string): number {
    return this.#done.get(key)?.times ?? 0;
  }
}
