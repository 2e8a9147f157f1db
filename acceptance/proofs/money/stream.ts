import { z } from "zod";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { armada, type MeshFile, type Place, pause, place, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, none } from "../harness/proof.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { type Watcher, watchByCommand, watchByFeed } from "../judges/live-watchers.ts";
import { billedIn, type Entry, ledgerIn, providerLog } from "../judges/money.ts";
import { startRun } from "../judges/runs.ts";
import { allStreams, connectAs, readTeam, type Stored } from "../judges/streams.ts";
import { copyBuyers } from "./buyers.ts";

const TEAM = "buyers";
const STEP = 1;
/** A step of which nobody ever speaks but this proof, to see that a watcher is there. */
const NO_STEP = 999;
const PIECES = 25;
const PIECE_MS = 60;
/** In the short form, beside other proofs: a busy machine is slow to kill, and there must be something to break off then. */
const SHORT_PIECE_MS = 150;
/** The share of the answer that has been heard when the process is killed, in percent. */
const EARLIEST = 4;
const LATEST = 80;
/** A killed replica's step comes again after 8 s. */
const NEXT_MS = 60_000;
const SETTLED_MS = 60_000;

/** The team's only process is killed in the middle of an answer, again and again, while somebody watches it by command and by feed. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  using copy = copyCheckout(["gateway"]);
  copyBuyers(copy);
  // A step has six attempts; two steps on meshes of their own, because a kill is mostly waiting for the next attempt.
  const lanes = short ? [2] : [5, 5];
  const drawn = lanes.map((kills, i) => ({
    kills,
    lane: i + 1,
    pieceMs: short ? SHORT_PIECE_MS : PIECE_MS,
    draw: drawing(draw.integer(0, 2 ** 31)),
    root: copy.root,
    say,
  }));
  for (const figures of await Promise.all(drawn.map(killed))) yield* figures;
}

type Lane = {
  readonly kills: number;
  readonly lane: number;
  readonly pieceMs: number;
  readonly draw: Draw;
  readonly root: string;
  say(line: string): void;
};

async function killed({ kills, lane, pieceMs, draw, root, say }: Lane): Promise<Figure[]> {
  using at = place({}, root);
  const pieces = ["--pieces", String(PIECES), "--piece-ms", String(pieceMs), "--hold"];
  await using models = await startModelServer(at.cwd, "prices", 0, pieces);
  const budget = { ARMADA_BUDGETS_LEASE: "3s", ARMADA_BUDGETS_TEAMS_BUYERS: "$10/month" };
  const paid: Place = { ...at, env: { ...at.env, ...models.env, ...budget } };
  await using mesh = await up(["--port", "0"], paid);
  const item = Array.from({ length: 60 }, () => draw.person()).join(", ");
  const id = await startRun("buyers.buy", JSON.stringify({ agent: "buyer", items: [item] }), paid);
  const watchers = [watchByCommand(id, paid), await watchByFeed(id, mesh.mesh())];
  await heard(id, watchers, mesh.mesh());
  await release(models);
  const points: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const point = draw.integer(EARLIEST, LATEST);
    const now = (watcher: Watcher): string => watcher.texts(STEP).at(-1) ?? "";
    await until(`${point} % of answer ${kill + 1} to be heard`, NEXT_MS, () =>
      watchers.every((one) => one.restarts(STEP).length === kill && now(one).length * 100 >= point * item.length),
    );
    const [pid = 0] = mesh.mesh().pids[TEAM] ?? [];
    process.kill(pid, "SIGKILL");
    points.push(point);
    say(`lane ${lane}: killed at ${point} % of the answer, ${kill + 1} of ${kills}`);
    await until("another process of the team", NEXT_MS, () => mesh.mesh().pids[TEAM]?.every((other) => other !== pid));
  }
  const statuses = await Promise.all(watchers.map(({ ended }) => ended.catch(String)));
  const entry = await settled(kills, mesh.mesh());
  const stored = await readTeam(TEAM, mesh.mesh());
  const billed = billedIn(providerLog(models.log));
  const cut = models.ended().filter(({ outcome }) => outcome === "aborted");
  const answer = answerIn(stored);
  const reconciled = await armada(["budgets", "reconcile", "--json"], paid);
  const after = ledgerIn(TEAM, await readTeam(TEAM, mesh.mesh())).at(-1);
  const spent = (of: Entry | undefined): number => (of?.spent.micros ?? -1) + (of?.suspect.micros ?? -1);
  const figures: Figure[] = [
    count("kills in the middle of an answer", cut.length, kills, `after ${points.join(", ")} % of it was heard`),
    count("requests that the provider answered", models.ended().filter(({ outcome }) => outcome === "answered").length, 1),
    none(
      "watchers that did not see the run complete",
      statuses.flatMap((status, i) => (status === "completed" ? [] : [`${watchers[i]?.name}: ${status}`])),
    ),
    ...watchers.flatMap((watcher) => judged(watcher, kills, answer)),
    none("steps and runs without one outcome", faultsOf(journalsOf(TEAM, stored).values())),
    none("messages with a text of a call in them", textIn(stored)),
    none("streams that keep live text", await keepers(mesh.mesh())),
    count("suspects, a call each that was cut off", entry?.suspects.length ?? -1, kills),
    count("micro-dollars still reserved", entry?.reserved.micros ?? -1, 0),
    atLeast("micro-dollars spent and suspect over what was billed", spent(entry) - billed.micros, 0, `${billed.micros} billed`),
    atMost("micro-dollars spent over what was billed", (entry?.spent.micros ?? -1) - billed.micros, 0),
    count("exit code of `budgets reconcile`", reconciled.code, 0, reconciled.stderr.slice(-300)),
    count("after it, suspects", after?.suspects.length ?? -1, 0),
    count("after it, micro-dollars in the ledger and not billed", spent(after) - billed.micros, 0, `${billed.micros} billed`),
    count("after it, tokens in the ledger and not billed", (after?.spent.tokens ?? -1) - billed.tokens, 0, `${billed.tokens} billed`),
  ];
  return figures.map((figure) => ({ ...figure, name: `step ${lane}: ${figure.name}` }));
}

/** Says something of a step that is none, in the team's name, until every watcher has heard it. */
async function heard(run: string, watchers: readonly Watcher[], mesh: MeshFile): Promise<void> {
  const connection = await connectAs(TEAM, mesh);
  try {
    let seq = 0;
    await until("the watchers to be there", NEXT_MS, () => {
      connection.publish(`live.${TEAM}.${run}.${NO_STEP}`, JSON.stringify({ attempt: 1, call: 1, seq: seq++, text: "is anybody there?" }));
      return watchers.every((watcher) => watcher.texts(NO_STEP).some((text) => text !== ""));
    });
  } finally {
    await connection.close();
  }
}

async function release({ env }: ModelServer): Promise<void> {
  const answer = await fetch(`${env.ANTHROPIC_BASE_URL}/v1/armada/control`, { method: "POST", body: JSON.stringify({ hold: false }) });
  if (!answer.ok) throw new Error(`the provider's control is answered ${answer.status}: ${await answer.text()}`);
}

function judged(watcher: Watcher, kills: number, answer: unknown): Figure[] {
  const texts = watcher.texts(STEP);
  const last = texts.at(-1) ?? "";
  return [
    count(`times that the ${watcher.name} said that the text began again`, watcher.restarts(STEP).length, kills),
    count(`attempts before the last that the ${watcher.name} told from their beginning on`, begun(texts.slice(0, -1), last), kills),
    none(`last texts of the ${watcher.name} that are not the answer in the journal`, same(last, answer) ? [] : [last]),
  ];
}

/** Texts that were cut off, and are the beginning of the whole one. */
function begun(texts: readonly (string | undefined)[], whole: string): number {
  return texts.filter((text) => text !== undefined && text !== "" && text.length < whole.length && whole.startsWith(text)).length;
}

function same(text: string, answer: unknown): boolean {
  const parsed = Answer.safeParse(jsonOf(text));
  const journaled = Answer.safeParse(answer);
  return parsed.success && journaled.success && parsed.data.item === journaled.data.item && parsed.data.cents === journaled.data.cents;
}

const Answer = z.object({ item: z.string(), cents: z.number() });
const Completed = z.looseObject({ n: z.number(), output: z.unknown() });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The step's outcome as the journal has it. */
function answerIn(stored: readonly Stored[]): unknown {
  const events = stored.flatMap(({ events: list }) => list).filter(({ type }) => type === "armada.step.completed");
  return events.map(({ data }) => Completed.parse(data)).find(({ n }) => n === STEP)?.output;
}

/** An answer's JSON, whole or in part, would stand in a message as a string: with its quotation marks escaped. */
function textIn(stored: readonly Stored[]): string[] {
  const said = JSON.stringify('{"item"').slice(1, -1);
  return stored.flatMap(({ seq, subject, events }) => {
    const body = JSON.stringify(events);
    return subject.startsWith("live.") || body.includes(said) ? [`${seq} ${subject}`] : [];
  });
}

async function keepers(mesh: MeshFile): Promise<string[]> {
  return (await allStreams(mesh, "live.>")).map(({ config }) => config.name);
}

/** The ledger once what the killed processes held has come back, and all that they drew is known as suspect. */
async function settled(kills: number, mesh: MeshFile): Promise<Entry | undefined> {
  for (const deadline = performance.now() + SETTLED_MS; ; await pause(500)) {
    const entry = ledgerIn(TEAM, await readTeam(TEAM, mesh)).at(-1);
    const done = entry?.suspects.length === kills && entry.reserved.micros === 0;
    if (done || performance.now() > deadline) return entry; // who judges sees what is missing
  }
}
