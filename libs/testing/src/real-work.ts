import type { Team, Workflow } from "@armada/agents";

/** What the process waits for outside itself; servers that only listen, and the event loop's own turns, are none. */
const REAL = /Timeout|TCP|TLS|UDP|Pipe|FS|DNS|GetAddr|GetName|Query|Connect|Write|Shutdown|HTTP|Process|Zlib|Worker|Scrypt|PBKDF|Sign|Key/u;
const PASSIVE = /Server|Immediate/u;
/** So long virtual time stands still for real work that does not end. */
const LONGEST_MS = 10_000;

/**
 * The team's own code, watched: while an agent, a tool or a step of it waits for something real (a socket, a file, a timer),
 * virtual time stands still, so that no virtual limit ends it.
 */
export function watched(team: Team): { readonly team: Team; underWay(): boolean } {
  const before = real();
  let running = 0;
  let since: number | undefined;
  const count =
    <A extends readonly unknown[], T>(work: (...args: A) => Promise<T> | T): ((...args: A) => Promise<T>) =>
    async (...args) => {
      running++;
      try {
        return await work(...args);
      } finally {
        running--;
      }
    };
  const agents = team.agents.map((agent) => ({ ...agent, run: count(agent.run) }));
  const workflows = team.workflows.map(
    (workflow): Workflow => ({
      ...workflow,
      run: (input, ctx) => workflow.run(input, { ...ctx, step: (name, work) => ctx.step(name, count(work)) }),
    }),
  );
  return {
    team: { ...team, agents, workflows },
    underWay: () => {
      const waits = running > 0 && real() > before;
      since = waits ? (since ?? performance.now()) : undefined;
      return since !== undefined && performance.now() - since < LONGEST_MS;
    },
  };
}

function real(): number {
  return process.getActiveResourcesInfo().filter((name) => REAL.test(name) && !PASSIVE.test(name)).length;
}
