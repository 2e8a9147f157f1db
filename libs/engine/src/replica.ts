import type { Team, Workflow } from "@armada/agents";
import { parseSubject } from "@armada/contracts";
import { type Handled, type Message, type Ports, type Queue, retry } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { Breakers, breakerSettings, IsolationGate } from "@armada/resilience";
import type { CodeCapability } from "./inbound/code-capability.ts";
import { Intake } from "./inbound/intake.ts";
import { lookBackOnce } from "./inbound/open-waits.ts";
import { isAboutMessage, settleMessage } from "./inbound/parked-messages.ts";
import { queuesOf, sourcesOf } from "./inbound/queues.ts";
import { Schedules } from "./inbound/schedules.ts";
import { Waits } from "./inbound/waits.ts";
import { ofOneStream, streamReplaced } from "./one-stream.ts";
import { ReadModels, type View } from "./read-models/read-models.ts";
import { readModelStops, sayResumed, sayStopped, stopIn } from "./read-models/stops.ts";
import { Faults, guarded, type Traced } from "./runs/guard.ts";
import { HeldLoops } from "./runs/held-loops.ts";
import { RunStore } from "./runs/run-store.ts";
import { withShown } from "./runs/shown-objects.ts";
import type { Budget } from "./steps/budget.ts";
import { InlineSteps } from "./steps/inline-steps.ts";
import { QueuePauses } from "./steps/pause-queues.ts";
import type { Sandboxing } from "./steps/sandbox.ts";
import { type RunningStep, Worker } from "./steps/worker.ts";

export type { RunningStep } from "./steps/worker.ts";

/** How long a replica that stops waits for its ledger, and its breakers, to hear of it. */
const GIVE_BACK_MS = 2_000;

/** One replica of a team: pulls its queues and advances its runs. */
export type Engine = {
  /** Takes no more work; resolves when what is running has been recorded or given back. */
  stop(): Promise<void>;
  views(): readonly View[];
  /** The steps at work now. */
  running(): readonly RunningStep[];
  /** Rejects when the engine cannot go on: with `STREAM_REPLACED` where the team's stream turns out to be another one. */
  readonly closed: Promise<void>;
};

/** Starts a replica. `sourceOf` gives the digest of a workflow's source, stamped on the runs it starts. */
export function startEngine(
  team: Team,
  given: Ports,
  models: Models,
  options: {
    sourceOf?: (workflow: Workflow) => string;
    drainMs?: number;
    budget?: Budget;
    capabilities?: readonly CodeCapability[];
    busy?: () => boolean;
    /** What people know this replica by, as its host and process. */
    replica?: string;
    /** How many ids and events that a run took it remembers over its generations; 1,000 unless said. */
    remembers?: number;
    /** Where calls run apart of agents that say so, or that are suspected of having ended a process; without it all run here. */
    sandboxing?: Sandboxing;
  } = {},
): Engine {
  const stopping = new AbortController();
  const { signal } = stopping;
  const replaced = new AbortController();
  const ports = {
    ...given,
    log: ofOneStream(given.log, team.name, replaced.signal),
    objects: withShown(given.objects, [...sourcesOf(team).keys()]),
  };
  const agents = new Map(team.agents.map((agent) => [agent.name, agent]));
  const heldLoops = new HeldLoops((held) => worker.blame(held));
  const runs: RunStore = new RunStore(
    team,
    ports,
    {
      contextOf: (agent) => views.contextOf(agents.get(agent)?.context ?? []),
      checkContext: (agent, context) => views.checkContext(agents.get(agent)?.context ?? [], context),
      lookBack: (run, seq) => waits.lookBack(run, seq),
      heldLoopAt: (run) => heldLoops.at(run),
    },
    options.remembers,
  );
  const views = new ReadModels(team, runs.functions.payloads, (model, at, error) => sayStopped(team.name, model, at, error, ports, signal));
  const inlines = new InlineSteps(runs);
  const queues = queuesOf(team);
  const pauses = new QueuePauses(ports.log, queues, agents);
  const breakers = new Breakers({
    team: team.name,
    subjects: new Map(
      team.agents.flatMap(({ name, limits: { breaker } }) => (breaker === false ? [] : [[name, breakerSettings(breaker)] as const])),
    ),
    ports,
    signal,
    without: team.agents.filter(({ limits }) => limits.breaker === false).map(({ name }) => name),
    tell: (agent, state, how) => pauses.breaker(agent, state, how),
  });
  const isolations = new IsolationGate({
    team: team.name,
    agents: new Map(team.agents.map(({ name, limits: { breaker } }) => [name, breakerSettings(breaker || {}).drain])),
    source: ports.isolations,
    ports,
    signal,
    tell: (agent, until, how) => pauses.isolation(agent, until, how),
  });
  const { sandboxing } = options;
  const worker: Worker = new Worker(runs, inlines, models, { budget: options.budget, breakers, isolations, sandboxing });
  const waits = new Waits(runs, inlines, signal);
  const { sourceOf = () => "", busy = () => false } = options;
  const schedules = new Schedules(runs, sourceOf, () => busy() || isolations.isolationOf() !== undefined, signal);
  const intake = new Intake(
    runs,
    inlines,
    waits,
    schedules,
    breakers,
    isolations,
    sourceOf,
    options.capabilities ?? [],
    signal,
    busy,
    options.replica,
  );
  const faults = new Faults(async (run, failure) => {
    await runs.commit(run, 0, ({ state }) =>
      state.exists && state.ended === undefined && state.stopped === undefined
        ? { events: [{ type: "run.stopped", data: failure }] }
        : undefined,
    );
  });

  const work = async (queue: Queue, handle: (delivery: Traced) => Promise<Handled>): Promise<void> => {
    handlers.set(queue.name, handle);
    await recalled;
    return ports.log.work(queue, (delivery) => guarded(team.name, ports, queue, delivery, handle, faults, signal), signal);
  };
  const handlers = new Map<string, (delivery: Traced) => Promise<Handled>>();
  const settles = { team: team.name, ports, handlers, replica: options.replica, signal };

  // Before anything is taken: what the replicas before this one found out.
  const recalled = Promise.all([
    worker.recall(queues.agents, signal),
    sandboxing && heldLoops.recall(sandboxing.registers, ports, signal),
  ]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const loops: Promise<void>[] = [
    ...queues.agents.flatMap((queue) => {
      const agent = agents.get(queue.agent);
      return agent === undefined ? [] : [work(queue, (delivery) => worker.handle(agent, delivery))];
    }),
    ...queues.leads.map((queue) => work(queue, (delivery) => intake.lead(delivery))),
    work(queues.asks, (delivery) => (isAboutMessage(delivery) ? settleMessage(settles, delivery) : intake.ask(delivery))),
    work(queues.answers, (delivery) => intake.answer(delivery)),
    work(queues.ticks, (delivery) => intake.tick(delivery)),
    ...queues.subscriptions.map(async (queue) => {
      const { since } = await retry(`queue ${queue.name}`, ports, () => ports.log.depth(queue.name));
      await work(queue, (delivery) => intake.trigger(queue.subscription, since, delivery));
    }),
    ...queues.waits.map((queue) => work(queue, (delivery) => waits.meet(queue.kind, delivery))),
    ...(views.filters.length === 0 ? [] : [ports.log.follow([...views.filters, readModelStops(team.name)], 0, foldOrResume, signal)]),
    followEnds(),
    ...(sandboxing === undefined ? [] : [heldLoops.follow(sandboxing.registers, signal)]),
    breakers.follow(),
    isolations.follow(),
    ...(team.schedules.length === 0 ? [] : [schedules.keep()]),
    ...(team.awaits.length === 0 ? [] : [lookBackOnce(team.name, ports, waits, signal)]),
  ];

  async function foldOrResume(message: Message): Promise<void> {
    const other = stopIn(team.name, message);
    if (other === undefined) return views.fold(message);
    const own = views.views().find(({ name }) => name === other.model);
    if (own !== undefined && own.stopped === undefined) sayResumed(team.name, other.model, other.at, ports, signal);
  }

  async function followEnds(): Promise<void> {
    const from = await retry("the log's head", ports, () => ports.log.head());
    await ports.log.follow(
      [`run.${team.name}.end.>`],
      from,
      (message) => {
        const subject = parseSubject(message.subject);
        if (subject?.kind !== "journal") return;
        runs.ended(subject.run, message.seq);
        worker.abandon(subject.run);
      },
      signal,
    );
  }

  const watching = given.log.replaced(signal).then((how) => {
    if (how === "aborted") return;
    replaced.abort();
    throw streamReplaced(team.name);
  });
  const closed = Promise.all([watching, ...loops]).then(() => undefined);
  return {
    closed,
    views: () => views.views(),
    running: () => worker.running(),
    stop: async () => {
      stopping.abort();
      if (replaced.signal.aborted) worker.drain(); // no outcome can be recorded
      worker.drain("batch"); // a batch takes longer than any drain, and another replica goes on with it
      const over = new AbortController();
      const grace = ports.clock.sleep(options.drainMs ?? 10_000, over.signal).then(
        () => worker.drain(),
        () => undefined, // everything ended in time
      );
      await Promise.allSettled(loops);
      await Promise.all([breakers.end(GIVE_BACK_MS), options.sandboxing?.sandboxes.close()]);
      over.abort();
      await grace;
      // Where the log is away nothing can be told: the lease ends by itself.
      if (options.budget !== undefined && !replaced.signal.aborted)
        await Promise.race([options.budget.budgetClient.close(), ports.clock.sleep(GIVE_BACK_MS)]);
    },
  };
}
