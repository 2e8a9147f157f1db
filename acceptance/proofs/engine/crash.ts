import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, none } from "../harness/proof.ts";
import { faultsOf, type Journal, journalsOf, stepsOf } from "../judges/journals.ts";
import { allEnded, briefFile, showRun, startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";

const ANSWER_MS = 200;
/** In the short form, beside other proofs: a busy machine is slow to kill, and an answer must still be awaited then. */
const SHORT_ANSWER_MS = 1_000;
/** A step of a lost replica is given to another after the queue's wait of 8 s. */
const GOES_ON_MS = 25_000;
const ALL_ENDED_MS = 180_000;
/** A step has four attempts, and one that a kill took four times is parked, as it should be. */
const MOST_LOST = 3;

type Victim = "only content replica" | "one of two content replicas" | "nats-server";
type Kill = { readonly at: number; readonly held: boolean; readonly interrupted: readonly string[] };

/** Whatever is killed, and when: every run ends, every step has one outcome, and no model call is made that nobody can account for. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  const victims: readonly Victim[] = ["only content replica", "one of two content replicas", "nats-server"];
  const phases = victims.map((victim) => ({
    victim,
    kills: short ? 1 : 10,
    runs: short ? 2 : 20,
    answerMs: short ? SHORT_ANSWER_MS : ANSWER_MS,
    draw: drawing(draw.integer(0, 2 ** 31)),
    say,
  }));
  if (!short) for (const one of phases) yield* await phase(one);
  // Most of a phase is waiting for the 8 s after which a lost replica's work is given to another.
  else for (const figures of await Promise.all(phases.map(phase))) yield* figures;
}

type Phase = {
  readonly victim: Victim;
  readonly kills: number;
  readonly runs: number;
  readonly answerMs: number;
  readonly draw: Draw;
  readonly say: (line: string) => void;
};

async function phase({ victim, kills, runs, answerMs, draw, say }: Phase): Promise<Figure[]> {
  using at = place();
  await using models = await startModelServer(at.cwd, "content-paraphrase", answerMs);
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  await using mesh = await up(victim === "one of two content replicas" ? ["--replicas", "content=2"] : [], paid);
  const brief = briefFile(at);
  const started: string[] = [];
  const done: Kill[] = [];
  /** How many runs had been started at each kill. */
  const startedAt: number[] = [];
  const held = (): number => done.filter((one) => one.held).length;
  // Of two replicas the one that holds nothing may be drawn: then another kill is due.
  for (let i = 0; i < kills || (held() < kills / 2 && i < kills * 12); i++) {
    if (victim !== "nats-server") await endedOf(started.slice(0, startedAt[i - MOST_LOST] ?? 0), mesh);
    while (started.length < Math.ceil((runs * (i + 1)) / kills)) started.push(await startRun("content.create_article", brief, paid));
    startedAt.push(started.length);
    done.push(await kill(victim, mesh, models, i % 4 === 3 ? draw.integer(0, 1_500) : undefined, draw));
    say(`${victim}: kill ${i + 1} of ${kills}, ${done.at(-1)?.interrupted.length ?? 0} steps interrupted`);
  }
  const content = await allEnded("content", started.length, () => mesh.mesh(), ALL_ENDED_MS);
  const marketing = await allEnded("marketing", started.length, () => mesh.mesh(), ALL_ENDED_MS);
  const journals = [...content.values(), ...marketing.values()];
  const figure = (one: Figure): Figure => ({ ...one, name: `${victim} killed: ${one.name}` });
  const shown = await interruptionsShown(started, content, paid);
  const figures = [
    atLeast("kills", done.length, kills),
    atLeast("kills while a step was held", held(), kills / 2),
    count(
      "runs that completed",
      [...content.values()].filter(({ ends }) => ends.join() === "completed").length,
      started.length,
      statuses(content),
    ),
    none("steps and runs without one outcome, in the streams", faultsOf(journals)),
    ...modelCalls(journals, models),
    none("runs whose interruptions `runs show` does not tell", shown),
    ...(victim === "one of two content replicas" ? [wentOn(done, models)] : []),
  ];
  return figures.map(figure);
}

function endedOf(runs: readonly string[], mesh: Up): Promise<unknown> {
  return until("what three kills may have interrupted to end", ALL_ENDED_MS, async () => {
    const journals = runs.length === 0 ? new Map<string, Journal>() : journalsOf("content", await readTeam("content", mesh.mesh()));
    return runs.every((run) => (journals.get(run)?.ends.length ?? 0) > 0) ? true : undefined;
  });
}

/**
 * `moment`: milliseconds from now; without it, while an answer of the model is awaited. One of two replicas is killed while
 * `up` is stopped, so that nothing is started again before the other one has gone on.
 */
async function kill(victim: Victim, mesh: Up, models: ModelServer, moment: number | undefined, draw: Draw): Promise<Kill> {
  if (moment === undefined) {
    await until("a step to be held", 60_000, () =>
      models.open().some(({ idempotencyKey }) => idempotencyKey?.startsWith("create_article") === true),
    );
    await pause(draw.integer(0, ANSWER_MS / 2));
  } else await pause(moment);
  const service = victim === "nats-server" ? "nats" : "content";
  const pid = draw.one(mesh.mesh().pids[service] ?? []);
  const open = new Set(models.open().map(({ id }) => id));
  const alone = victim === "one of two content replicas";
  if (alone) process.kill(mesh.pid, "SIGSTOP");
  const at = Date.now();
  try {
    process.kill(pid, "SIGKILL");
    await until("what was under way to end", 10_000, () => models.open().every(({ id }) => !open.has(id)));
    const cut = models.ended().filter(({ id, outcome }) => open.has(id) && outcome === "aborted");
    const interrupted = cut.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
    if (alone)
      await until("the other replica to go on", GOES_ON_MS + 10_000, () =>
        interrupted.every((key) => models.calls().some((call) => call.idempotencyKey === key && Date.parse(call.at) > at)),
      );
    return { at, held: victim === "nats-server" ? open.size > 0 : interrupted.length > 0, interrupted };
  } finally {
    if (alone) process.kill(mesh.pid, "SIGCONT");
    await until(`another ${service}`, 60_000, () => {
      const pids = mesh.mesh().pids[service] ?? [];
      return !pids.includes(pid) && pids.every(isAlive);
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function wentOn(kills: readonly Kill[], models: ModelServer): Figure {
  const waits = kills.flatMap(({ at, interrupted }) =>
    interrupted.map((key) => {
      const next = models.calls().find((call) => call.idempotencyKey === key && Date.parse(call.at) > at);
      return next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next.at) - at;
    }),
  );
  return atMost(
    "longest wait of an interrupted step for the other replica, ms",
    Math.max(0, ...waits),
    GOES_ON_MS,
    `${waits.length} steps`,
  );
}

/** The server's log, step by step: one call for the outcome, and one for each interrupted attempt that had got that far. */
function modelCalls(journals: readonly Journal[], models: ModelServer): Figure[] {
  const calls = new Map<string, number>();
  for (const { idempotencyKey = "" } of models.calls()) calls.set(idempotencyKey, (calls.get(idempotencyKey) ?? 0) + 1);
  const steps = stepsOf(journals).map(({ run, step }) => ({ key: `${run}-${step.n}`, step }));
  const known = new Set(steps.map(({ key }) => key));
  const asking = steps.filter(({ step }) => step.model);
  const extra = asking.reduce((sum, { key }) => sum + (calls.get(key) ?? 0) - 1, 0);
  const told = asking.reduce((sum, { step }) => sum + step.lost + step.failed, 0);
  const total = [...calls.values()].reduce((sum, n) => sum + n, 0);
  const detail = `${total} calls = ${asking.length} steps + ${extra} interrupted attempts; ${told} interruptions in the journals`;
  return [
    count("model calls", total, asking.length + extra, detail),
    none(
      "steps that called a model without a call in its log",
      asking.filter(({ key }) => !calls.has(key)).map(({ key }) => key),
    ),
    none(
      "model calls of no step",
      [...calls.keys()].filter((key) => !known.has(key)),
    ),
    none(
      "steps with more calls than their outcome and interruptions explain",
      steps.flatMap(({ key, step }) =>
        (calls.get(key) ?? 0) > (step.model ? 1 : 0) + step.lost + step.failed ? [`${key} ${calls.get(key)} calls`] : [],
      ),
    ),
  ];
}

async function interruptionsShown(runs: readonly string[], journals: ReadonlyMap<string, Journal>, at: Place): Promise<string[]> {
  const wrong: string[] = [];
  for (const run of runs) {
    const lost = [...(journals.get(run)?.steps.values() ?? [])].reduce((sum, step) => sum + step.lost, 0);
    if (lost === 0 && wrong.length + runs.length > 6 && run !== runs[0]) continue; // each asks a process: those with nothing to tell are sampled
    const { interruptions } = await showRun(run, at);
    if (interruptions !== lost) wrong.push(`${run}: shows ${interruptions}, the stream has ${lost}`);
  }
  return wrong;
}

function statuses(journals: ReadonlyMap<string, Journal>): string {
  return [...journals.values()]
    .filter(({ ends }) => ends.join() !== "completed")
    .map(({ run, ends }) => `${run}: ${ends.join() || "open"}`)
    .join(", ");
}
