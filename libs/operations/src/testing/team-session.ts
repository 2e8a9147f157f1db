import type { Team } from "@armada/agents";
import { readRunIndex } from "@armada/engine/reading";
import { loadSettings, modelsFrom, startPrototype } from "@armada/runtime";
import { ask } from "../mesh/ask.ts";
import { type Session, stateOf } from "../mesh/session.ts";

export type TeamSession = Pick<
  Session,
  "answers" | "log" | "live" | "state" | "ask" | "queues" | "objects" | "runs" | "subjects" | "isolations"
> & {
  stop(): Promise<void>;
};

/** A team that runs in this process on a log in memory, as the commands see one of a mesh; `others` run beside it. */
export async function teamSession(team: Team, others: readonly Team[] = []): Promise<TeamSession> {
  const { config } = await loadSettings({ file: undefined, env: {}, flags: {} });
  const logger = { info: () => undefined, warn: () => undefined };
  const prototype = startPrototype([team, ...others], modelsFrom({}, config.models), config, logger);
  const { log, live, objects, registers } = prototype.connect(team.name);
  return {
    log: () => log,
    live: () => live,
    objects,
    answers: () => ({ team: registers, fleet: registers }),
    queues: async () => [],
    isolations: () => new Map(),
    subjects: async (_, filter) => {
      const found: string[] = [];
      await log.scan([filter], 0, ({ subject }) => found.push(subject));
      return found;
    },
    runs: (name) =>
      readRunIndex(name, {
        log,
        index: { get: async () => undefined },
        under: async () => [],
        pendingAfter: async (filters, from) => {
          let n = 0;
          await log.scan(filters, from, () => n++);
          return n;
        },
      }),
    state: (name, run) => stateOf(log, name, run),
    ask: (name, capability, id, data) => ask({ log, objects }, name, capability, id, data),
    stop: () => prototype.stop(),
  };
}
