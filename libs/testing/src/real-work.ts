import { AsyncLocalStorage, createHook } from "node:async_hooks";
import type { Team, Workflow } from "@armada/agents";

/**
 * Asynchronous resources by which Node does something outside JavaScript: timers, sockets, files, processes, cryptography in its
 * threads. Compression is missing: nothing tells when it is done.
 */
const REAL = /^Timeout$|REQ|WRAP$|^(?:WORKER|HTTP2)/u;
/** They only listen. */
const PASSIVE = /SERVERWRAP$|^SIGNALWRAP$/u;
/** So long virtual time stands still for real work that does not end. */
const LONGEST_MS = 10_000;

/**
 * The team's own code, watched: while an agent, a tool or a step of it waits for something real (a socket, a file, a timer),
 * virtual time stands still, so that no virtual limit ends it. Only what that code itself began counts: whatever else the
 * process does, the test's own servers too, neither holds time nor hides what does.
 */
export function watched(team: Team): { readonly team: Team; underWay(): boolean } {
  const own = new AsyncLocalStorage<true>();
  const open = new Map<number, object>();
  const hooks = {
    init: (id: number, type: string, _: number, resource: object) => {
      if (own.getStore() === true && REAL.test(type) && !PASSIVE.test(type)) open.set(id, resource);
    },
    after: (id: number) => {
      if (isOnce(open.get(id))) open.delete(id);
    },
    destroy: (id: number) => void open.delete(id),
    trackPromises: false,
  };
  const hook = createHook(hooks);
  let running = 0;
  let since: number | undefined;
  const count =
    <A extends readonly unknown[], T>(work: (...args: A) => Promise<T> | T): ((...args: A) => Promise<T>) =>
    async (...args) => {
      if (running++ === 0) hook.enable();
      try {
        return await own.run(true, () => work(...args));
      } finally {
        if (--running === 0) hook.disable();
      }
    };
  const agents = team.agents.map((agent) => ({ ...agent, run: count(agent.run) }));
  const workflows = team.workflows.map(
    (workflow): Workflow => ({
      ...workflow,
      run: (input, ctx) =>
        workflow.run(input, { ...ctx, step: (name, work) => ctx.step(name, typeof work === "function" ? count(work) : work) }),
    }),
  );
  return {
    team: { ...team, agents, workflows },
    underWay: () => {
      const waits = running > 0 && [...open.values()].some(holds);
      since = waits ? (since ?? performance.now()) : undefined;
      return since !== undefined && performance.now() - since < LONGEST_MS;
    },
  };
}

/** A request, over once it has called back; timers and handles call back more than once, and can be asked whether anything waits for them. */
function isOnce(resource: object | undefined): boolean {
  return resource !== undefined && !("hasRef" in resource);
}

/** Whether a process would stay for it: an idle connection that is kept for the next request holds nothing. */
function holds(resource: object): boolean {
  return !("hasRef" in resource && typeof resource.hasRef === "function") || resource.hasRef() === true;
}
