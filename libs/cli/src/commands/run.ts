import { ArmadaError, CodedError, type TeamManifest, withoutSecrets } from "@armada/contracts";
import { admit, MAX_BODY, newest } from "@armada/engine";
import { type RunState, viewOf, withValues } from "@armada/engine/reading";
import { type Live, type Log, levelOf, ROOM_HINT, roomText } from "@armada/event-sourcing";
import { OPERATOR } from "@armada/operations/mesh/ask";
import type { Session } from "@armada/operations/mesh/session";
import { jsonOf } from "../arguments/json-argument.ts";
import { checkKey, runOfKey } from "../arguments/run-key.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import type { Output } from "../output.ts";
import { loadServices, serviceNames } from "../project.ts";
import { sayRows } from "../render/fitted.ts";
import { LiveTree } from "../render/live-tree.ts";
import { PlainText } from "../render/plain-text.ts";
import { outputRow, runTree, stepLine, waitLine } from "../render/run-tree.ts";
import { watchRun } from "../runs/watch-run.ts";
import { watchText } from "../runs/watch-text.ts";
import { checkKnown } from "../teams.ts";

export type RunFlags = { readonly input?: string; readonly wait?: boolean; readonly stream?: boolean; readonly key?: string };

/** `<team>.<workflow>`, taken apart. @throws ArmadaError `USAGE` */
export function targetOf(text: string): { team: string; workflow: string } {
  const [team = "", workflow = "", ...rest] = text.split(".");
  if (team === "" || workflow === "" || rest.length > 0)
    throw new ArmadaError("USAGE", `${text} is not TEAM.WORKFLOW`, { hint: "e.g. content.create_article" });
  return { team, workflow };
}

/** What the team could only answer with a failed run is refused before it is asked. @throws ArmadaError `NO_SUCH_TEAM`, `WORKFLOW_UNKNOWN`, `INPUT_INVALID` */
export async function checkStart(session: Pick<Session, "manifests">, team: string, workflow: string, input: unknown): Promise<void> {
  const manifests = session.manifests();
  const services = await serviceNames();
  checkKnown(team, [...new Set([...services, ...manifests.keys()])].sort());
  const manifest = manifests.get(team);
  if (manifest !== undefined && !services.includes(team)) return checkListed(manifest, workflow);
  const [service] = await loadServices([team]);
  const admission = service === undefined ? undefined : admit(service.team, workflow, input, newest(service.team.workflows, workflow));
  if (admission?.kind !== "refused") return;
  const { code, message, hint } = admission.failure;
  throw new CodedError(code, message, { hint });
}

/** Of a team whose code is elsewhere; what it takes as input it says itself. */
function checkListed({ team, workflows }: TeamManifest, workflow: string): void {
  if (workflows.some(({ name }) => name === workflow)) return;
  throw new ArmadaError("WORKFLOW_UNKNOWN", `team ${team} has no workflow ${workflow}`, {
    hint: `it has ${[...new Set(workflows.map(({ name }) => name))].join(", ") || "none"}`,
  });
}

/** What does not fit into a message goes to the objects, as the engine does with its own. */
async function stored(input: unknown, { objects }: Pick<Session, "objects">): Promise<unknown> {
  const bytes = Buffer.from(JSON.stringify(withoutSecrets(input)));
  if (bytes.length <= MAX_BODY) return input;
  return { $object: await objects.put(bytes), size: bytes.length, team: OPERATOR };
}

/** @throws ArmadaError `NO_SUCH_TEAM` where the project has the team, and the running mesh does not serve it */
export async function checkServed(session: Pick<Session, "teams">, team: string): Promise<void> {
  const served = await session.teams();
  if (served.includes(team)) return;
  throw new ArmadaError("NO_SUCH_TEAM", `this mesh does not have team ${team}: it has ${served.join(", ")}`, {
    hint: `end it and start it with the team: armada up --only ${[...served, team].join(",")}`,
  });
}

/** @throws ArmadaError `BUSY` where the team has no room for a new run */
async function checkRoom(session: Session, team: string): Promise<void> {
  const [stream] = await session.rooms(team);
  if (stream !== undefined && levelOf(stream) !== "free")
    throw new ArmadaError("BUSY", `${team} takes no new runs: ${roomText(stream)}`, { hint: ROOM_HINT, retryable: true });
}

export async function runCommand(target: string, flags: RunFlags, session: Session, out: Output, signal: AbortSignal): Promise<number> {
  const { team, workflow } = targetOf(target);
  const input = flags.input === undefined ? {} : await jsonOf(flags.input, "--input");
  const run = runOfKey(workflow, flags.key);
  await checkStart(session, team, workflow, input);
  await checkServed(session, team);
  const { key } = flags;
  const ofThis = async (): Promise<boolean> => key !== undefined && checkKey(session, { team, workflow, run, key });
  if (!(await ofThis())) await checkRoom(session, team);
  const seq = await session.ask(team, "run_start", run, { workflow, input: await stored(input, session) });
  await ofThis(); // another one may have taken the key in between
  if (flags.wait !== true && flags.stream !== true) {
    out.emit({ type: "accepted", run, seq });
    out.say(`accepted: armada runs show ${run}`);
    return EXIT.ok;
  }
  return followToEnd(session, team, run, out, signal, flags.stream === true ? session.live(team) : undefined);
}

/** Shows a run until it ends, with what the models say in it from now on. */
export async function watchCommand(
  team: string,
  run: string,
  session: Pick<Session, "log" | "live" | "objects">,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  return followToEnd(session, team, run, out, signal, session.live(team));
}

/** Follows a run, and those that go on with its work where it continues as new: the last one's end is its result and exit code. */
async function followToEnd(
  session: Pick<Session, "log" | "objects">,
  team: string,
  run: string,
  out: Output,
  signal: AbortSignal,
  live: Pick<Live, "watch"> | undefined,
): Promise<number> {
  const states: RunState[] = [];
  let generation = run;
  for (;;) {
    const state = await follow(session.log(team), team, generation, out, signal, live);
    states.push(state);
    const next = state.ended?.next;
    if (next !== undefined) {
      out.say(`${generation} goes on as ${next}`);
      generation = next;
      continue;
    }
    const view = viewOf(team, generation, state);
    const { output } = await withValues(view, state, ({ $object, team: of }) => session.objects.get($object, of));
    out.emit({ ...resultOf(run, state, output ?? null), ...(generation === run ? {} : { generation }), ...totalOf(states) });
    if (!isLive(out)) out.say(runTree({ ...view, ...(output === undefined ? {} : { output }) }));
    else if (output !== undefined) sayRows([outputRow(output)], `armada runs show ${generation} --json`, out.say);
    return exitCode(state);
  }
}

/** Whether a run is drawn as a tree that grows in place: on a terminal, for people. */
function isLive(out: Output): boolean {
  return process.stdout.isTTY && !out.json;
}

/**
 * Shows a run until it ends: as a tree on a terminal, else a line for each step that ended. With `live` also what the models
 * say: below its step, else in lines.
 */
export async function follow(
  log: Pick<Log, "follow">,
  team: string,
  run: string,
  out: Output,
  signal: AbortSignal,
  live?: Pick<Live, "watch">,
): Promise<RunState> {
  const over = new AbortController();
  const tree = isLive(out) ? new LiveTree(process.stdout) : undefined;
  const plain = new PlainText(out.say);
  if (live !== undefined) void watchText(live, run, out, tree?.text ?? plain, over.signal);
  try {
    if (tree === undefined) return await followPlain(log, team, run, out, plain, signal);
    return await watchRun(log, team, run, (_journal, state) => tree.show(viewOf(team, run, state)), signal);
  } finally {
    over.abort();
    tree?.end();
  }
}

/** The same in lines, on a terminal too: for who has more to say meanwhile. */
export function followLines(log: Pick<Log, "follow">, team: string, run: string, out: Output, signal: AbortSignal): Promise<RunState> {
  return followPlain(log, team, run, out, new PlainText(out.say), signal);
}

/** A line for each step that ended, and once for each thing that holds the run up. */
async function followPlain(
  log: Pick<Log, "follow">,
  team: string,
  run: string,
  out: Output,
  text: PlainText,
  signal: AbortSignal,
): Promise<RunState> {
  const told = new Set<string>();
  return watchRun(
    log,
    team,
    run,
    (journal, state) => {
      const view = viewOf(team, run, state);
      for (const wait of view.waitingFor ?? []) {
        const known = `${wait.kind} ${wait.n}`;
        if (wait.kind === "approval" || told.has(known)) continue;
        told.add(known);
        out.say(`⧗ ${wait.n} ${waitLine(wait)}`);
      }
      const ended = new Set<number>(); // the fallback's answer comes in one message with the attempt that failed
      for (const event of journal.events) {
        if (event.type === "approval.asked") out.say(`⧗ waits for approval: ${event.data.question}  (armada runs approve ${run})`);
        if (event.type === "step.worker_lost") out.say(`  step ${event.data.n} was interrupted; another replica takes it`);
        if (
          event.type !== "step.completed" &&
          event.type !== "step.refused" &&
          event.type !== "step.parked" &&
          event.type !== "step.attempt_failed"
        )
          continue;
        text.end(event.data.n);
        const step = view.steps.find((one) => one.n === event.data.n);
        if (step === undefined || ended.has(step.n)) continue;
        ended.add(step.n);
        out.emit({ type: "step", run, ...step });
        out.say(stepLine(step));
      }
    },
    signal,
  );
}

/** The last line of `run --wait --json` and `demo --json`. */
export function resultOf<T>(run: string, state: RunState, output: T): LineOf<"result"> & { output: T } {
  const steps = [...state.steps.values()];
  const reason = state.ended === undefined ? viewOf("", run, state).reason : undefined;
  return {
    type: "result",
    run,
    workflow: state.workflow,
    status: state.ended?.status ?? (state.stopped === undefined ? "parked" : "stopped"),
    ...totalOf([state]),
    degraded: steps.flatMap((step) => (step.degraded === undefined ? [] : [{ step: step.n, agent: step.agent, ...step.degraded }])),
    ...(state.ended?.failure === undefined ? {} : { failure: state.ended.failure }),
    ...(reason === undefined ? {} : { reason }),
    output,
  };
}

/** What a run's generations, from its first to its last, took together. */
function totalOf(generations: readonly RunState[]): { ms: number; tokens: number; costMicros: number } {
  const steps = generations.flatMap((state) => [...state.steps.values()]);
  const startedAt = generations[0]?.startedAt ?? "";
  const last = generations.at(-1);
  const until = last?.ended === undefined ? Date.now() : Date.parse(last.endedAt ?? startedAt);
  return {
    ms: Math.max(0, until - Date.parse(startedAt)),
    tokens: steps.reduce((sum, step) => sum + step.tokens, 0),
    costMicros: steps.reduce((sum, step) => sum + step.costMicros, 0),
  };
}

/** 0 completed or degraded; 3 refused for its input; 1 the rest. */
export function exitCode(state: RunState): number {
  const { ended } = state;
  if (ended?.status === "completed" || ended?.status === "degraded") return EXIT.ok;
  return exitCodeOf(ended?.failure?.code) === EXIT.refused ? EXIT.refused : EXIT.failed;
}
