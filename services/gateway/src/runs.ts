import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, askMessage, chainOf, type Isolation, isToken, type LiveText, runFilter, shortHash } from "@armada/contracts";
import { MAX_BODY } from "@armada/engine";
import { isAccepted, type ServedQueue } from "@armada/engine/reading";
import {
  appendSole,
  type Clock,
  giveBodies,
  type Live,
  type Log,
  type Message,
  type Objects,
  type Page,
  type Random,
  spans,
  type Tracer,
} from "@armada/event-sourcing";
import { shownRun } from "@armada/operations/runs/shown";
import { checkTree } from "./events/json-text.ts";
import { Problem } from "./problem.ts";
import type { RunFold } from "./reading/run-fold.ts";
import { type Looking, RunReads } from "./reading/run-reads.ts";
import { logFull, type RoomOf, refuseBusy } from "./room.ts";

export type RunsPorts = {
  readonly log: Pick<Log, "append">;
  readonly objects: Pick<Objects, "put" | "give">;
  readonly tracer: Tracer;
  /** Those that were provisioned, as of now. */
  readonly teams: () => readonly string[];
  /** Those that a team serves, as its manifest says now; undefined where it has none. */
  readonly workflows: (team: string) => readonly string[] | undefined;
  /** What a start looks at. */
  readonly teamPorts: (team: string) => { readonly log: Pick<Log, "load">; readonly room: RoomOf };
  /** What is read for others, over a connection of its own: however much that is, nothing that is written waits behind it. */
  readonly reading: {
    readonly teamPorts: (team: string) => {
      readonly log: Pick<Log, "follow" | "head" | "last" | "load" | "page">;
      readonly live: Pick<Live, "watch">;
    };
    readonly queues: (team: string) => Promise<readonly ServedQueue[]>;
    readonly isolations?: () => ReadonlyMap<string, Isolation>;
    readonly objects: Pick<Objects, "get">;
  };
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
};

/** `run`: whose approval it is, the one asked for or one that goes on with its work. */
export type Approval = { readonly run: string; readonly status: "done" | "already"; readonly approved: boolean; readonly by: string };

const RETRY_AFTER_S = 2;
const CONTROL_MS = 10_000;
const LOOK_MS = 40;
/** How long a view of a run that goes on is shown again: what it waits for changes without its journal. */
const SHOWN_MS = 1_000;
/** How long another write of the same ask may be under way, ms. */
const RIVAL_MS = 500;

/** Runs of all teams: asked for in the gateway's name, read from their teams' streams. */
export class Runs {
  readonly #ports: RunsPorts;
  readonly #reads: RunReads;
  readonly #shown = new WeakMap<RunFold, { readonly seq: number; readonly at: number; readonly json: Promise<Buffer> }>();

  constructor(ports: RunsPorts) {
    this.#ports = ports;
    this.#reads = new RunReads({ teams: ports.teams, log: (team) => ports.reading.teamPorts(team).log });
  }

  /** Asks a team to start a workflow. The same key for the same workflow is the same run. @throws Problem `input-invalid`, `busy`, `log-…` */
  async start(
    about: { team: string; workflow: string; input: unknown; key: string | undefined },
    traceparent: string | undefined,
    sentby?: string,
  ): Promise<{ run: string; already: boolean }> {
    const { team, workflow, input, key } = about;
    const teams = this.#ports.teams();
    if (!teams.includes(team))
      throw new Problem("input-invalid", `there is no team ${team}; there are ${teams.join(", ")}`, { field: "workflow" });
    const served = this.#ports.workflows(team);
    if (served?.includes(workflow) === false)
      throw new Problem("input-invalid", `team ${team} has no workflow ${workflow}; it has ${served.join(", ") || "none"}`, {
        field: "workflow",
      });
    checkTree(input, "input");
    const run = `${workflow}-${key === undefined ? randomBytes(12).toString("hex") : shortHash("gateway", team, workflow, key)}`;
    const { room, log } = this.#ports.teamPorts(team);
    await refuseBusy(room).catch(async (busy: unknown) => {
      if (key === undefined || !(await isAccepted(log, team, run))) throw busy; // one that was started before is nothing new
    });
    const already = await this.#ask(team, "run_start", run, { workflow, input: await this.#stored(input) }, traceparent, sentby);
    return { run, already };
  }

  /** A run as it is now. @throws Problem `run-unknown`, `run-not-started`, `log-unavailable` */
  async find(run: string, how: Looking = {}): Promise<RunFold> {
    if (!isToken(run)) throw new Problem("run-unknown", "this cannot be the id of a run", { field: "id" });
    try {
      return await this.#reads.find(run, how);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      if (error.code === "NO_SUCH_RUN") throw new Problem("run-unknown", error.message, { field: "id" });
      if (error.code !== "RUN_NOT_STARTED") throw error;
      throw new Problem("run-not-started", error.message, { field: "id", retryAfter: RETRY_AFTER_S });
    }
  }

  /** The view that `runs show --json` prints, with the output of a run that has ended, as JSON: made once for all who ask within a second. */
  view(fold: RunFold): Promise<Buffer> {
    const { seq, state } = fold;
    const made = this.#shown.get(fold);
    if (made?.seq === seq && (state.ended !== undefined || performance.now() - made.at < SHOWN_MS)) return made.json;
    const { reading, teams } = this.#ports;
    const from = { ...reading, log: (team: string) => reading.teamPorts(team).log };
    const json = shownRun({ team: fold.team, run: fold.run, state: { ...state } }, from, teams()).then((view) =>
      Buffer.from(JSON.stringify(view)),
    );
    json.catch(() => this.#shown.delete(fold)); // who asked is told; the next one tries again
    this.#shown.set(fold, { seq, at: performance.now(), json });
    return json;
  }

  /** A part of a run's journal behind sequence `from`. */
  page(fold: RunFold, from: number): Promise<Page> {
    return this.#reads.page(fold, from);
  }

  /** Follows a run's journal from after `from`. */
  follow({ team, run }: RunFold, from: number, handler: (message: Message) => void, signal: AbortSignal): Promise<void> {
    return this.#ports.reading.teamPorts(team).log.follow([runFilter(team, run)], from, handler, signal);
  }

  /** The text of a run's calls from now on. */
  watch({ team, run }: RunFold, handler: (piece: LiveText) => void, signal: AbortSignal): Promise<void> {
    return this.#ports.reading.teamPorts(team).live.watch(run, handler, signal);
  }

  /**
   * Answers an approval, and comes back once the run's journal shows an answer: this one, or the one that was first. Where the
   * run continued as new and was not answered itself, the newest run that goes on with its work is. @throws Problem
   */
  async approve(
    run: string,
    n: number,
    answer: { approved: boolean; by: string },
    traceparent: string | undefined,
    { may, sentby }: Pick<Looking, "may"> & { readonly sentby?: string } = {},
  ): Promise<Approval> {
    const look = { urgent: true, ...(may === undefined ? {} : { may }) };
    const found = await this.#open(await this.find(run, look), n);
    const before = answered(found, n, "");
    if (before !== undefined) return before;
    const id = `${run.slice(0, 90)}-${randomBytes(6).toString("hex")}`;
    await this.#ask(found.team, "run_approve", id, { run: found.run, n, ...answer }, traceparent, sentby);
    for (const deadline = performance.now() + CONTROL_MS; performance.now() < deadline; await sleep(LOOK_MS)) {
      const now = answered(await this.find(found.run, { urgent: true }), n, askId(id, "run_approve"));
      if (now !== undefined) return now;
    }
    throw new Problem("team-silent", `team ${found.team} has the answer and did not act on it within ${CONTROL_MS / 1_000} s`, {
      retryAfter: RETRY_AFTER_S,
    });
  }

  /** The run itself where approval `n` was answered there, so that the same request again is the same answer; else the newest of its work. */
  async #open(found: RunFold, n: number): Promise<RunFold> {
    const { next } = found.state.ended ?? {};
    if (next === undefined || found.given.has(n)) return found;
    try {
      return await this.#open(await this.find(next, { urgent: true }), n);
    } catch (error) {
      if (error instanceof Problem && error.kind === "run-unknown") return found;
      throw error;
    }
  }

  async #stored(input: unknown): Promise<unknown> {
    const bytes = Buffer.from(JSON.stringify(input));
    if (bytes.length <= MAX_BODY) return input;
    return { $object: await this.#ports.objects.put(bytes), size: bytes.length, team: "gateway" };
  }

  /** Appends an ask, create-once. @returns whether it was there already */
  #ask(team: string, capability: string, id: string, data: unknown, parent: string | undefined, sentby?: string): Promise<boolean> {
    return this.#ports.tracer.span(spans.ask(capability), {}, parent, async (traceparent) => {
      const time = new Date(this.#ports.clock.now()).toISOString();
      const about = { to: team, from: "gateway", source: "/gateway", capability, id, data, time, sentby };
      const { subject, body } = askMessage(about, chainOf(id, traceparent));
      await giveBodies(body, (digest) => this.#ports.objects.give(digest, team));
      const settled = await appendSole(this.#ports, { subject, body }, { patience: RIVAL_MS });
      if (settled.kind === "stored") return settled.already;
      if (settled.kind === "full") throw await logFull(this.#ports.teamPorts(team).room);
      if (settled.kind === "refused") throw new Problem("too-large", `the log does not take this: ${settled.reason}`);
      const why = settled.kind === "unavailable" ? settled.reason : settled.kind;
      throw new Problem("log-unavailable", `team ${team} did not acknowledge the ask: ${why}`, { retryAfter: RETRY_AFTER_S });
    });
  }
}

function askId(id: string, capability: string): string {
  return `${id}.${capability}`;
}

/** How approval `n` was answered; undefined while it waits. @throws Problem `approval-unknown`, `run-ended` */
function answered(found: RunFold, n: number, ask: string): Approval | undefined {
  const { run, state } = found;
  const wait = state.waits.get(n);
  if (wait?.kind !== "approval") throw new Problem("approval-unknown", `run ${run} asks for no approval ${n}`, { field: "n" });
  const given = found.given.get(n);
  if (given !== undefined) return { run, status: given.ask === ask ? "done" : "already", approved: given.approved, by: given.by };
  if (!wait.open) throw new Problem("run-ended", `approval ${n} expired: ${wait.data.otherwise}`, { field: "n" });
  if (state.ended !== undefined) throw new Problem("run-ended", `run ${run} is ${state.ended.status}`, { field: "id" });
  return undefined;
}
