import type { Member } from "./merge.ts";

/** One piece of work on a run at a time, in the order asked for. Commits that wait for their turn have it together. */
export class CommitQueue {
  readonly #failed: (run: string) => void;
  readonly #locks = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Member[]>();

  /** `failed` hears of a run whose work threw, before anybody else has a turn. */
  constructor(failed: (run: string) => void) {
    this.#failed = failed;
  }

  async take<T>(run: string, work: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(run);
    const { promise: mine, resolve: free } = Promise.withResolvers<void>();
    this.#locks.set(run, mine);
    try {
      if (before !== undefined) await before;
      return await work();
    } catch (error) {
      this.#failed(run);
      throw error;
    } finally {
      if (this.#locks.get(run) === mine) this.#locks.delete(run);
      free();
    }
  }

  /** `work` does what it can of the members that wait, and answers who is left; where it throws, all of them have failed. */
  join(run: string, member: Member, work: (members: readonly Member[]) => Promise<readonly Member[]>): void {
    const waiting = this.#waiting.get(run);
    if (waiting !== undefined) {
      waiting.push(member);
      return;
    }
    const members = [member];
    this.#waiting.set(run, members);
    const turn = this.take(run, async () => {
      this.#waiting.delete(run);
      for (let left: readonly Member[] = members; left.length > 0; ) left = await work(left);
    });
    turn.catch((error: unknown) => {
      for (const { fail } of members) fail(error);
    });
  }
}
