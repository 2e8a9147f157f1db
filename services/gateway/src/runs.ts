import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, askMessage, chainOf, isToken, type LiveText, runFilter, shortHash } from "@armada/contracts";
import { MAX_BODY } from "@armada/engine";
import { isAccepted, readJournalMessage, readRun, type ServedQueue } from "@armada/engine/reading";
import {
  appendSole,
  type Clock,
  type Live,
  type Log,
  loadWhole,
  type Message,
  type Objects,
  type Random,
  spans,
  type Tracer,
  type WholeReads,
} from "@armada/event-sourcing";
import { type FoundRun, findRun } from "@armada/operations/runs/find";
import { shownRun } from "@armada/operations/runs/shown";
import { checkTree } from "./events/json-text.ts";
import { Problem } from "./problem.ts";
import { logFull, type RoomOf, refuseBusy } from "./room.ts";

export type RunsPorts = {
  readonly log: Pick<Log, "append">;
  readonly objects: Pick<Objects, "put" | "get">;
  readonly tracer: Tracer;
  /** Those that were provisioned, as of now. */
  readonly teams: () => readonly string[];
  readonly teamPorts: (team: string) => {
    readonly log: WholeReads & Pick<Log, "follow" | "head">;
    readonly live: Pick<Live, "watch">;
    readonly room: RoomOf;
  };
  readonly queues: (team: string) => Promise<readonly ServedQueue[]>;
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
};

/** `run`: whose approval it is, the one asked for or one that goes on with its work. */
export type Approval = { readonly run: string; readonly status: "done" | "already"; readonly approved: boolean; readonly by: string };

const RETRY_AFTER_S = 2;
const CONTROL_MS = 10_000;
const LOOK_MS = 40;
/** How long another write of the same ask may be under way, ms. */
const RIVAL_MS = 500;

/** Runs of all teams: asked for in the gateway's name, read from their teams' streams. */
export class Runs {
  readonly #ports: RunsPorts;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
  }

  /** Asks a team to start a workflow. The same key for the same workflow is the same run. @throws Problem `input-invalid`, `busy`, `log-…` */
  async start(
    about: { team: string; workflow: string; input: unknown; key: string | undefined },
    traceparent: string | undefined,
  ): Promise<{ run: string; already: boolean }> {
    const { team, workflow, input, key } = about;
    const teams = this.#ports.teams();
    if (!teams.includes(team))
      throw new Problem("input-invalid", `there is no team ${team}; there are ${teams.join(", ")}`, { field: "workflow" });
    checkTree(input, "input");
    const run = `${workflow}-${key === undefined ? randomBytes(12).toString("hex") : shortHash("gateway", team, workflow, key)}`;
    const { room, log } = this.#ports.teamPorts(team);
    await refuseBusy(room).catch(async (busy: unknown) => {
      if (key === undefined || !(await isAccepted(log, team, run))) throw busy; // one that was started before is nothing new
    });
    const already = await this.#ask(team, "run_start", run, { workflow, input: await this.#stored(input) }, traceparent);
    return { run, already };
  }

  /** @throws Problem `run-unknown`, `run-not-started`, `log-unavailable` */
  async find(run: string): Promise<FoundRun> {
    const { teamPorts, teams } = this.#ports;
    if (!isToken(run)) throw new Problem("run-unknown", "this cannot be the id of a run", { field: "id" });
    try {
      return await findRun((team) => teamPorts(team).log, teams(), run);
    } catch (error) {
      if (!(error instanceof ArmadaError)) throw error;
      if (error.code === "NO_SUCH_RUN") throw new Problem("run-unknown", error.message, { field: "id" });
      if (error.code !== "RUN_NOT_STARTED") throw error;
      throw new Problem("run-not-started", error.message, { field: "id", retryAfter: RETRY_AFTER_S });
    }
  }

  /** The view that `runs show --json` prints, with the output of a run that has ended. */
  view(found: FoundRun): ReturnType<typeof shownRun> {
    return shownRun(found, this.#ports, this.#ports.teams());
  }

  /** Follows a run's journal from after `from`. */
  follow(found: FoundRun, from: number, handler: (message: Message) => void, signal: AbortSignal): Promise<void> {
    return this.#ports.teamPorts(found.team).log.follow([runFilter(found.team, found.run)], from, handler, signal);
  }

  /** The text of a run's calls from now on. */
  watch({ team, run }: FoundRun, handler: (piece: LiveText) => void, signal: AbortSignal): Promise<void> {
    return this.#ports.teamPorts(team).live.watch(run, handler, signal);
  }

  /**
   * Answers an approval, and comes back once the run's journal shows an answer: this one, or the one that was first. Where the
   * run continued as new and was not answered itself, the newest run that goes on with its work is. @throws Problem
   */
  async approve(run: string, n: number, answer: { approved: boolean; by: string }, traceparent: string | undefined): Promise<Approval> {
    const found = await this.#open(await this.find(run), n);
    const before = answered(found, n, "");
    if (before !== undefined) return before;
    const id = `${run.slice(0, 90)}-${randomBytes(6).toString("hex")}`;
    await this.#ask(found.team, "run_approve", id, { run: found.run, n, ...answer }, traceparent);
    for (const deadline = performance.now() + CONTROL_MS; performance.now() < deadline; await sleep(LOOK_MS)) {
      const now = answered(await this.find(found.run), n, askId(id, "run_approve"));
      if (now !== undefined) return now;
    }
    throw new Problem("team-silent", `team ${found.team} has the answer and did not act on it within ${CONTROL_MS / 1_000} s`, {
      retryAfter: RETRY_AFTER_S,
    });
  }

  /** The run itself where approval `n` was answered there, so that the same request again is the same answer; else the newest of its work. */
  async #open(found: FoundRun, n: number): Promise<FoundRun> {
    const { next } = found.state.ended ?? {};
    if (next === undefined || givenOf(found, n) !== undefined) return found;
    const { messages } = await loadWhole(this.#ports.teamPorts(found.team).log, [runFilter(found.team, next)]);
    const state = readRun(messages);
    return state.exists ? this.#open(await this.find(next), n) : found;
  }

  async #stored(input: unknown): Promise<unknown> {
    const bytes = Buffer.from(JSON.stringify(input));
    if (bytes.length <= MAX_BODY) return input;
    return { $object: await this.#ports.objects.put(bytes), size: bytes.length, team: "gateway" };
  }

  /** Appends an ask, create-once. @returns whether it was there already */
  #ask(team: string, capability: string, id: string, data: unknown, parent: string | undefined): Promise<boolean> {
    return this.#ports.tracer.span(spans.ask(capability), {}, parent, async (traceparent) => {
      const time = new Date(this.#ports.clock.now()).toISOString();
      const about = { to: team, from: "gateway", source: "/gateway", capability, id, data, time };
      const { subject, body } = askMessage(about, chainOf(id, traceparent));
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
function answered(found: FoundRun, n: number, ask: string): Approval | undefined {
  const { run, state } = found;
  const wait = state.waits.get(n);
  if (wait?.kind !== "approval") throw new Problem("approval-unknown", `run ${run} asks for no approval ${n}`, { field: "n" });
  const given = givenOf(found, n);
  if (given !== undefined) return { run, status: given.ask === ask ? "done" : "already", approved: given.approved, by: given.by };
  if (!wait.open) throw new Problem("run-ended", `approval ${n} expired: ${wait.data.otherwise}`, { field: "n" });
  if (state.ended !== undefined) throw new Problem("run-ended", `run ${run} is ${state.ended.status}`, { field: "id" });
  return undefined;
}

/** The answer to approval `n` in the run's own journal, and the ask that gave it. */
function givenOf({ messages }: FoundRun, n: number): { approved: boolean; by: string; ask: string | undefined } | undefined {
  for (const message of messages)
    for (const [i, event] of readJournalMessage(message)?.events.entries() ?? [])
      if (event.type === "approval.given" && event.data.n === n)
        return { approved: event.data.approved, by: event.data.by, ask: message.envelopes[i]?.causationid };
  return undefined;
}
