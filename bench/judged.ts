import type { Place } from "./place.ts";
import { countRuns, rawHead } from "./raw/read.ts";

/** Collects what the journals of `team` lack after a round; one instance a row. */
export class Judge {
  readonly #missing: string[] = [];

  get missing(): string | undefined {
    return this.#missing.length === 0 ? undefined : this.#missing.slice(0, 3).join("; ");
  }

  /** Runs `work`; then each of its runs has ended with `messages` journal messages or, where it is ours, with no more, and `outcomes`
   * calls of one outcome each: outcomes that wait for one another leave in one message. */
  async watch(
    place: Place,
    team: "ours" | "bare",
    runs: readonly string[],
    want: { messages: number; outcomes: number },
    work: () => Promise<number>,
  ): Promise<number> {
    const stream = `TEAM_${team}`;
    const from = await rawHead(place.judge, stream);
    const measured = await work();
    const counted = await countRuns(place.judge, team, from);
    for (const id of runs) {
      const run = counted.get(id);
      const once = [...(run?.outcomes.values() ?? [])].every((times) => times === 1);
      const whole =
        team === "bare"
          ? run?.messages === want.messages
          : run !== undefined && run.messages <= want.messages && run.outcomes.size === want.outcomes && once && run.completed;
      if (!whole)
        this.#missing.push(
          `run ${id} of ${team}: ${run?.messages ?? 0} of ${want.messages} messages, ${run?.outcomes.size ?? 0} of ${want.outcomes} outcomes`,
        );
    }
    return measured;
  }
}
