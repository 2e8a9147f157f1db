import { deepStrictEqual } from "node:assert";
import { type AnyEventKind, ArmadaError, asToken, type Envelope, encodeBody, runFilter, shortHash } from "@armada/contracts";
import { type Clock, MemoryMesh, type Message } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { ModelError, type Models } from "@armada/models";
import type { Team } from "../define.ts";
import type { Engine } from "../engine/engine.ts";
import { fits } from "../engine/fits.ts";
import { factFilter } from "../engine/queues.ts";
import { type RunView, readRun, viewOf } from "../engine/run-view.ts";
import { startReplica, type TestBudget } from "./replica.ts";

const LIMIT_MS = 24 * 3_600_000;
const QUIET_TURNS = 5;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Models that answer by task from a table; a task without an answer fails as the local model would. */
export function script(answers: Readonly<Record<string, unknown>>): Models {
  return {
    call: (request) => {
      if (!Object.hasOwn(answers, request.task))
        return Promise.reject(new ModelError("LOCAL_MODEL_CANNOT", `the script has no answer for the task ${request.task}`));
      const value = request.schema.parse(answers[request.task]);
      return Promise.resolve({ value, model: "script", usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0 });
    },
  };
}

/** Models whose every answer costs the same, drawn and settled as a provider's are. `calls` tells the tier of each, and when. */
export function paid(
  models: Models,
  cost: { micros: number; tokens: number },
  clock: Clock,
): Models & { readonly calls: { tier: string; at: number }[] } {
  const calls: { tier: string; at: number }[] = [];
  return {
    calls,
    call: async (request, signal, options) => {
      const call = await options?.meter?.draw({ tier: request.tier, model: request.tier, ceiling: cost });
      calls.push({ tier: request.tier, at: clock.now() });
      const answer = await models.call(request, signal, options);
      const usage = { inputTokens: cost.tokens, outputTokens: 0 };
      if (call !== undefined) options?.meter?.settle(call, { kind: "billed", model: request.tier, usage, amount: cost });
      return { ...answer, usage, costMicros: cost.micros };
    },
  };
}

/** A team on a memory mesh and a virtual clock: nothing waits for real, the same seed gives the same run. */
export type TestTeam = AsyncDisposable & {
  /** A fact of the team's own, of another team, or from outside. */
  given<D>(kind: AnyEventKind<D>, data: D): Promise<void>;
  /** Starts a workflow; `id` is the run's. */
  start(workflow: string, input: unknown, id?: string): Promise<void>;
  /** Until nothing is in work: runs have ended, wait, or are parked. */
  idle(): Promise<void>;
  /** Lets virtual time pass. */
  advance(ms: number): Promise<void>;
  approve(run?: string, answer?: { approved: boolean }): Promise<void>;
  /** The run of an id, else of the only one there is. */
  run(id?: string): RunView;
  state(readModel: string): unknown;
  /** Exactly these facts were stated by the team, in order. */
  expectEvents(wanted: readonly (readonly [{ readonly type: string }, unknown])[]): void;
  /** These agents were asked, in order, over all runs. */
  expectAsked(agents: readonly string[]): void;
  /** Each journal, run again from its first message, fits its workflow. */
  expectReplays(): Promise<void>;
};

export function testTeam(team: Team, options: { seed: number; models?: Models; budget?: TestBudget; clock?: VirtualClock }): TestTeam {
  const clock = options.clock ?? new VirtualClock();
  const random = seededRandom(options.seed);
  const mesh = new MemoryMesh(clock, random);
  const replica = startReplica(mesh, team, options.models ?? script({}), {
    clock,
    random,
    scheduler: clock.scheduler,
    ...(options.budget === undefined ? {} : { budget: options.budget }),
  });
  const engine: Engine = replica.engine;
  const stream = mesh.stream(team.name);
  let given = 0;
  const runs = (): string[] => [
    ...new Set(stream.messages.flatMap(({ subject }) => (subject.startsWith("run.") ? [subject.split(".")[4] ?? ""] : []))),
  ];
  const only = (id: string | undefined): string => {
    const [first, second] = runs();
    if (id !== undefined) return id;
    if (first === undefined || second !== undefined)
      throw new ArmadaError("WHICH_RUN", `there are ${runs().length} runs: ${runs().join(", ")}`);
    return first;
  };
  const put = (
    to: string,
    subject: string,
    about: Pick<Envelope, "type" | "id" | "team" | "data"> & { subject: string; version?: number },
  ): void => {
    const { version = 1, ...rest } = about;
    const envelope: Envelope = {
      specversion: "1.0",
      source: `/${about.team}`,
      time: new Date(clock.now()).toISOString(),
      correlationid: about.id,
      causationid: about.id,
      schemaversion: version,
      hops: 0,
      ...rest,
    };
    mesh.stream(to).append(subject, encodeBody([envelope]), clock.now());
  };
  const operator = (capability: string, id: string, data: unknown): void =>
    put(team.name, `ask.${team.name}.operator.${capability}.${id}`, {
      type: "armada.asked",
      id: `${id}.${capability}`,
      team: "operator",
      subject: id,
      data,
    });
  /** Until nothing is in work over several turns: the clock moves only while something is. */
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (!mesh.quiet) {
        quiet = 0;
        await clock.run(() => mesh.quiet, LIMIT_MS);
      }
      await clock.run(() => true, 0);
      await turn();
    }
  };
  return {
    given: async (kind, data) => {
      const parsed = kind.data.parse(data);
      const key = shortHash("given", String(++given));
      const id = kind.id(parsed) || key;
      put(kind.team, factFilter(kind as AnyEventKind, asToken(id)).replace("*", key), {
        type: kind.type,
        id: key,
        team: kind.team,
        subject: id,
        data: parsed,
        version: kind.version,
      });
      await settle();
    },
    start: async (workflow, input, id = `test-${++given}`) => {
      operator("run_start", id, { workflow, input });
      await settle();
    },
    idle: settle,
    advance: async (ms) => {
      await clock.run(() => false, ms);
      await settle();
    },
    approve: async (run, answer = { approved: true }) => {
      operator("run_approve", `test-${++given}`, { run: only(run), by: "test", ...answer });
      await settle();
    },
    run: (id) => viewOf(team.name, only(id), readRun(journal(only(id)))),
    state: (name) => engine.views().find((view) => view.name === name)?.state,
    expectEvents: (wanted) => {
      const own = stream.messages.filter(({ subject }) => subject.startsWith(`evt.${team.name}.`)).flatMap(({ envelopes }) => envelopes);
      deepStrictEqual(
        own.map(({ type, data }) => [type, data]),
        wanted.map(([kind, data]) => [kind.type, data]),
      );
    },
    expectAsked: (agents) => {
      const asked = runs().flatMap((id) => viewOf(team.name, id, readRun(journal(id))).steps.map((step) => step.agent));
      deepStrictEqual(asked, agents);
    },
    expectReplays: async () => {
      for (const id of runs()) {
        const fault = await fits(team, { id, journal: journal(id) }, { objects: replica.ports.objects, idle: turn });
        if (fault !== undefined) throw fault;
      }
    },
    [Symbol.asyncDispose]: async () => {
      const stopped = engine.stop();
      await clock.run(() => false, 20_000);
      await stopped;
    },
  };

  function journal(id: string): readonly Message[] {
    const loaded = stream.load(runFilter(team.name, id), stream.head);
    return loaded.kind === "loaded" ? loaded.messages : [];
  }
}
