import { AssertionError, deepStrictEqual } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import type { Team } from "@armada/agents";
import {
  type AnyEventKind,
  ArmadaError,
  type Attribute,
  askMessage,
  asToken,
  buildEnvelope,
  chainOf,
  type Duration,
  type ErrorCode,
  encodeBody,
  isoTime,
  keptAs,
  milliseconds,
  runFilter,
  shortHash,
} from "@armada/contracts";
import { fits } from "@armada/engine/execution/fits";
import { allQueues, factFilter, queuesOf } from "@armada/engine/inbound/queues";
import { fitted } from "@armada/engine/journal/fitting";
import { readModelStopped } from "@armada/engine/read-models/read-models";
import type { Engine } from "@armada/engine/replica";
import { script, startReplica, type TestBudget } from "@armada/engine/testing";
import { type RunView, readRun, viewOf } from "@armada/engine/view/run";
import { shownAsServed } from "@armada/engine/view/served";
import { MemoryMesh, type Message, matches } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { type Answers, answerAsks } from "./other-teams.ts";
import { watched } from "./real-work.ts";

const LIMIT_MS = 24 * 3_600_000;
const QUIET_TURNS = 5;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A team on a memory mesh and a virtual clock: nothing waits for real, the same seed gives the same run. */
export type TestTeam = AsyncDisposable & {
  /** A fact of the team's own, of another team, or from outside, there with its extension attributes. @throws ArmadaError `EVENT_UNHEARD`, `EVENT_INVALID` */
  given<D>(kind: AnyEventKind<D>, data: D, extensions?: Readonly<Record<string, Attribute>>): Promise<void>;
  /** Starts a workflow; `id` is the run's, `run-1`, `run-2` and so on where none is said. @throws ArmadaError `WORKFLOW_UNKNOWN` */
  start(workflow: string, input: unknown, id?: string): Promise<void>;
  /** Until nothing is in work: runs have ended, wait, or are parked. */
  idle(): Promise<void>;
  /** Lets this much virtual time pass, whatever there is to do: milliseconds, or a length as `"4h"`. @throws ArmadaError `BAD_DURATION` */
  advance(length: number | Duration): Promise<void>;
  /**
   * Answers the approval of the run of an id, else of the only one, or of the newest that goes on with its work.
   * @throws ArmadaError `WHICH_RUN`, `NOTHING_TO_APPROVE`
   */
  approve(run?: string, answer?: { approved: boolean }): Promise<void>;
  /** The run of an id with its output, else the only one there is: of those that `ctx.continueAsNew` makes, the newest. @throws ArmadaError `WHICH_RUN` */
  run(id?: string): RunView & { readonly output?: unknown };
  /** The ids of all runs that have begun, in that order: of those that a subscription or a schedule starts nobody has chosen one. */
  runs(): readonly string[];
  /** What the read model of a name knows. @throws ArmadaError `READ_MODEL_UNKNOWN` */
  state(readModel: string): unknown;
  /** Exactly these facts were stated by the team, in order; what the mesh itself keeps of it, as of its schedules, is none of them. */
  expectEvents(wanted: readonly (readonly [{ readonly type: string }, unknown])[]): void;
  /** These agents were asked, in order, over all runs. */
  expectAsked(agents: readonly string[]): void;
  /** Each journal, run again from its first message, fits its workflow. */
  expectReplays(): Promise<void>;
};

/**
 * `models`: see `script`; `teams`: what other teams answer, see `answers`; `from`: when its time begins, ISO-8601, unless
 * `clock` says so; with 2026 where neither does. What its agents and tools really wait for, virtual time waits for.
 * @throws ArmadaError `BAD_TIME`
 */
export function testTeam(
  team: Team,
  options: { seed: number; models?: Models; teams?: Answers; budget?: TestBudget; from?: string; clock?: VirtualClock },
): TestTeam {
  const clock = options.clock ?? new VirtualClock(startOf(options.from));
  const random = seededRandom(options.seed);
  const mesh = new MemoryMesh(clock, random);
  const watching = watched(team);
  const faults: unknown[] = [];
  answerAsks(
    mesh,
    team,
    options.teams ?? {},
    () => clock.now(),
    (error) => faults.push(error),
  );
  clock.standsFor(watching.underWay);
  const replica = startReplica(mesh, watching.team, options.models ?? script({}), {
    clock,
    random,
    scheduler: clock.scheduler,
    ...(options.budget === undefined ? {} : { budget: options.budget }),
  });
  const engine: Engine = replica.engine;
  const stream = mesh.stream(team.name);
  const served = allQueues(queuesOf(team)).map((queue) => ({ ...queue, workers: 1, unacked: 0 }));
  let given = 0;
  let started = 0;
  const runs = (): string[] => [
    ...new Set(stream.messages.flatMap(({ subject }) => (subject.startsWith("run.") ? [subject.split(".")[4] ?? ""] : []))),
  ];
  const only = (id: string | undefined): string => {
    const [first, second] = runs().filter((one) => !runs().some((other) => nextOf(other) === one));
    if (id !== undefined && runs().includes(id)) return id;
    if (id !== undefined || first === undefined || second !== undefined)
      throw new ArmadaError(
        "WHICH_RUN",
        `${id === undefined ? "" : `there is no run ${id}; `}${runs().length === 0 ? "none was started" : `there are ${runs().length}: ${runs().join(", ")}`}`,
      );
    return newestOf(first);
  };
  const nextOf = (id: string): string | undefined => readRun(journal(id)).ended?.next;
  /** The last of the runs that go on with a run's work. */
  const newestOf = (id: string): string => {
    const next = nextOf(id);
    return next === undefined || !runs().includes(next) ? id : newestOf(next);
  };
  const now = (): string => new Date(clock.now()).toISOString();
  const operator = (capability: string, id: string, data: unknown): void => {
    const about = { to: team.name, from: "operator", source: "/operator", capability, id, data, time: now() };
    const { subject, body } = askMessage(about, chainOf(id));
    mesh.stream(team.name).append(subject, body, clock.now());
  };
  /** Until nothing is in work over several turns: the clock moves only while something is. What a breaker keeps back is not. */
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (!mesh.resting) {
        quiet = 0;
        await clock.run(() => mesh.resting, LIMIT_MS);
      }
      await clock.run(() => true, 0);
      await turn();
    }
    if (faults.length > 0) throw faults[0];
    for (const { name, stopped } of engine.views()) if (stopped !== undefined) throw readModelStopped(name, stopped);
  };
  return {
    given: async (kind, data, extensions) => {
      const heard = heardBy(team);
      if (!heard.includes(kind.type))
        throw new ArmadaError(
          "EVENT_UNHEARD",
          `nothing in team ${team.name} starts with, waits for or folds ${kind.type}; it hears ${heard.join(", ") || "no events"}`,
        );
      const parsed = fitted(kind.data, data, "EVENT_INVALID", `the data of ${kind.type}, given to the test,`);
      const key = shortHash("given", String(++given));
      const id = kind.id(parsed) || key;
      const { team: from, type, version: schemaversion } = kind;
      const said = { id: key, source: `/${from}`, type, subject: id, time: now(), data: parsed, team: from, schemaversion };
      const stated = { ...buildEnvelope(said, chainOf(key)), ...outside(extensions) };
      mesh.stream(from).append(factFilter(kind as AnyEventKind, asToken(id)).replace("*", key), encodeBody([stated]), clock.now());
      await settle();
    },
    start: async (workflow, input, id = `run-${++started}`) => {
      known("WORKFLOW_UNKNOWN", "workflow", workflow, team.workflows);
      operator("run_start", id, { workflow, input });
      await settle();
    },
    idle: settle,
    advance: async (length) => {
      const ms = typeof length === "number" ? length : milliseconds(length);
      if (!(ms >= 0))
        throw new ArmadaError("BAD_DURATION", `time does not advance by ${String(length)}`, { hint: 'give milliseconds, or "4h"' });
      await clock.pass(ms);
      await settle();
    },
    approve: async (run, answer = { approved: true }) => {
      const id = newestOf(only(run));
      const { workflow, status, waitingFor = [] } = view(id);
      if (!waitingFor.some(({ kind }) => kind === "approval")) {
        const other = waitingFor.map(({ kind, what }) => `${kind} ${what}`).join(", ");
        const waits = other === "" ? "" : `, only for ${other}`;
        throw new ArmadaError("NOTHING_TO_APPROVE", `run ${id} (${workflow}) is ${status} and waits for no approval${waits}`);
      }
      operator("run_approve", `test-${++given}`, { run: id, by: "test", ...answer });
      await settle();
    },
    run: (id) => view(only(id)),
    runs,
    state: (name) => known("READ_MODEL_UNKNOWN", "read model", name, engine.views()).state,
    expectEvents: (wanted) => {
      const own = stream.messages.filter(({ subject }) => subject.startsWith(`evt.${team.name}.`)).flatMap(({ envelopes }) => envelopes);
      const stated = own.filter(({ type }) => !type.startsWith("armada.")).map(({ type, data }) => [type, data]);
      const expected = wanted.map(([kind, data]) => [kind.type, data]);
      if (isDeepStrictEqual(stated, expected)) return;
      const { message } = new AssertionError({ actual: stated, expected, operator: "deepStrictEqual" });
      throw new AssertionError({ message: [message, ...troubles()].join("\n"), actual: stated, expected, operator: "deepStrictEqual" });
    },
    expectAsked: (agents) => {
      const asked = runs().flatMap((id) => view(id).steps.map((step) => step.agent));
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

  /** Why runs are not where they should be: a fact that is missing mostly has its reason there. */
  function troubles(): string[] {
    return runs()
      .map(view)
      .filter(({ status }) => status !== "completed" && status !== "continued")
      .map(({ run, workflow, status, reason, waitingFor, steps }) => {
        const waits = (waitingFor ?? []).map(({ kind, what }) => `waits for ${kind} ${what}`);
        const failed = steps.flatMap(({ n, agent, lastFailure }) =>
          lastFailure === undefined ? [] : [`step ${n} (${agent}): ${lastFailure.message}`],
        );
        return `run ${run} (${workflow}) is ${status}: ${[...new Set([...(reason === undefined ? [] : [reason.message]), ...failed, ...waits])].join("; ")}`;
      });
  }

  /** What the gateway would add. */
  function outside(extensions: Readonly<Record<string, Attribute>> | undefined): { arrived?: string } {
    if (extensions === undefined) return {};
    const kept = Object.entries(extensions).map(([name, value]) => [keptAs(name), value]);
    return { ...Object.fromEntries(kept), arrived: new Date(clock.now()).toISOString() };
  }

  /** The one of a name. */
  function known<T extends { readonly name: string }>(code: ErrorCode, what: string, name: string, all: readonly T[]): T {
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
    const names = [...new Set(all.map((one) => one.name))];
    throw new ArmadaError(code, `team ${team.name} has no ${what} ${name}; it has ${names.join(", ") || "none"}`);
  }

  function view(id: string): RunView & { readonly output?: unknown } {
    const state = readRun(journal(id));
    const output = state.ended?.output;
    return { ...shownAsServed(viewOf(team.name, id, state), served), ...(output === undefined ? {} : { output }) };
  }

  function journal(id: string): readonly Message[] {
    const filter = runFilter(team.name, id);
    return stream.messages.filter(({ subject, envelopes }) => envelopes.length > 0 && matches(filter, subject));
  }
}

function startOf(from = "2026-01-01"): number {
  const start = isoTime(from);
  if (!Number.isNaN(start)) return start;
  throw new ArmadaError("BAD_TIME", `a test's time does not begin at ${JSON.stringify(from)}`, {
    hint: "write ISO-8601, e.g. 2026-03-26T12:00:00Z",
  });
}

/** The types of the events that something in a team takes. */
function heardBy({ subscriptions, awaits, readModels, agents }: Team): readonly string[] {
  const folds = [...readModels, ...agents.flatMap(({ context }) => context)].flatMap((model) => model.folds);
  return [...new Set([...subscriptions.map(({ on }) => on), ...awaits, ...folds.map(({ on }) => on)].map(({ type }) => type))];
}
