import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type Ended, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam, copyVariant } from "../harness/teams.ts";
import { type Journal, journalsOf } from "../judges/journals.ts";
import { readTeam, Streams } from "../judges/streams.ts";
import { type FailingEnd, failingEnd } from "./failing-end.ts";

const REPLICAS = 2;
/** Of the attempts of the team's agents. */
const ATTEMPTS = 2;
/** Messages that are under way at most: what is judged is no speed, but who waits for whom. */
const UNDER_WAY = 40;
/** Runs a second that a redrive begins. */
const RATE = 50;
/** How much the beginnings of runs may bunch on their way. */
const JITTER = 1.2;
const LONG_MS = 120_000;

/**
 * Messages of which one in a hundred cannot be worked: each is parked, none of the others waits for it; looked at, tried in a shadow,
 * redriven where nobody is there, where nobody answers, twice at once, and given up.
 */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["gateway"]);
  copyTeam(copy, "mill");
  using at = place({}, copy.root);
  await using mesh = await up(["--replicas", `mill=${REPLICAS}`], at);
  await using end = await failingEnd();
  const sacks = sacksOf(short ? 600 : 10_000, seed);
  const about = { copy, mesh, end, at, say, sacks };
  yield* parks(about);
  yield* tried(about);
  if (!short) yield* outside(about);
  yield* nobody(about);
  yield* redriven(about);
  if (!short) yield* letIn(about);
  yield* discarded(about);
}

type Sack = { readonly sack: string; readonly holds: "grain" | "stones" | "nothing" };

/** One in a hundred is poison, of that one in twenty for good. */
function sacksOf(n: number, seed: number): readonly Sack[] {
  const draw = drawing(seed);
  const poison = draw.some([...Array(n).keys()], n / 100);
  const hopeless = new Set(poison.slice(0, Math.max(1, Math.round(poison.length / 20))));
  const stones = new Set(poison);
  return Array.from({ length: n }, (_, i) => ({
    sack: `sack-${i}`,
    holds: hopeless.has(i) ? "nothing" : stones.has(i) ? "stones" : "grain",
  }));
}

type With = {
  readonly copy: Checkout;
  readonly mesh: Up;
  readonly end: FailingEnd;
  readonly at: Place;
  readonly say: About["say"];
  readonly sacks: readonly Sack[];
};

/** All are sent; the healthy ones go through in time, and each of the others is parked once. */
async function* parks({ mesh, end, at, say, sacks }: With): AsyncGenerator<Figure> {
  const sent = new Map<string, number>();
  let grain = 0;
  for (let from = 0; from < sacks.length; from += 10) {
    const batch = sacks.slice(from, from + 10);
    grain += batch.filter((sack) => sack.holds === "grain").length;
    await until("those before to be shipped", LONG_MS, () => grain - shippedAt(end).size <= UNDER_WAY);
    for (const { sack } of batch) sent.set(sack, Date.now());
    const events = batch.map((sack) => ({ id: sack.sack, type: "com.example.sack.delivered", data: { url: end.url, ...sack } }));
    await sendEvents(mesh.mesh(), events);
    if (from % 1_000 === 0) say(`${from} of ${sacks.length} sacks are sent`);
  }
  const healthy = sacks.filter((sack) => sack.holds === "grain");
  const poison = sacks.filter((sack) => sack.holds !== "grain");
  await until("the healthy ones to be shipped", LONG_MS, () => shippedAt(end).size >= healthy.length).catch(() => undefined); // judged below
  await until("the others to be parked", LONG_MS, async () => (await parkedLines(at)).length >= poison.length).catch(() => undefined);
  const shipped = shippedAt(end);
  const late = healthy.map(({ sack }) => (shipped.get(sack) ?? Number.POSITIVE_INFINITY) - (sent.get(sack) ?? 0)).sort((a, b) => a - b);
  yield atMost("from sent to shipped, ms, the slowest healthy one", late.at(-1) ?? 0, await ackWait(mesh), `p50 ${late[late.length >> 1]}`);
  const journals = await journalsIn(mesh);
  const parkedIn = ({ events }: Journal): readonly unknown[] =>
    events.filter(({ type }) => type === "armada.step.parked").map(({ data }) => data);
  const bySack = new Map([...journals.values()].map((journal) => [sackOf(journal), journal]));
  yield none(
    "healthy ones that were parked",
    healthy.filter(({ sack }) => parkedIn(bySack.get(sack) ?? NO_JOURNAL).length > 0).map(({ sack }) => sack),
  );
  yield none(
    "poisoned ones that are not parked once, with their reason",
    poison.filter((sack) => !isReason(parkedIn(bySack.get(sack.sack) ?? NO_JOURNAL), sack)).map(({ sack }) => sack),
  );
  const listed = await parkedLines(at);
  yield none("poisoned ones that the list lacks, or tells otherwise", missing(poison, listed, bySack));
  const stacks = readFileSync(join(at.cwd, ".armada/logs/mill.log"), "utf8")
    .split("\n")
    .flatMap((line) => (line.includes('"stack"') ? [LogLine.parse(JSON.parse(line)).run] : []));
  const runs = poison.map(({ sack }) => bySack.get(sack)?.run ?? "");
  yield none(
    "runs of which the log has not each failed attempt's stack once",
    runs.filter((one) => stacks.filter((logged) => logged === one).length !== ATTEMPTS),
  );
  const health = await armada(["health", "--json"], at);
  yield holds("health is not well, and says why", health.code === 1 && health.stdout.includes('"PARKED"'), health.stdout);
}

/** What the code of now would do, and a redrive without a mend. */
async function* tried({ mesh, end, at, sacks }: With): AsyncGenerator<Figure> {
  const stones = sacks.filter((sack) => sack.holds === "stones");
  const [head, calls] = [await headOf(mesh), end.came.length];
  const dry = await armada(["parked", "redrive", "--code", "STONES_IN_SACK", "--dry-run", "--json"], at);
  const fails = dry.lines.filter((line) => DryRun.safeParse(line).data?.outcome.kind === "failed");
  yield count("dry run, nothing mended: steps that would fail again", fails.length, stones.length, dry.stderr);
  yield count("dry run, nothing mended: its exit code", dry.code, 1);
  yield count("dry run, nothing mended: messages appended", (await headOf(mesh)) - head, 0);
  yield count("dry run, nothing mended: effects", end.came.length - calls, 0);
  const [first = ""] = await runsOf(at, "STONES_IN_SACK");
  const again = await armada(["parked", "redrive", first, "--why", "to see", "--json"], at);
  const [line] = again.lines;
  yield holds("redrive, nothing mended: ends with 1, parked again", again.code === 1 && Redriven.parse(line).steps[0]?.became === "parked");
  yield holds("redrive, nothing mended: names the replica that took it", /:\d+$/.test(Redriven.parse(line).replica ?? ""));
}

const RUBBLE = ["rubble-1", "rubble-2"];

/** Messages that become no run: the subscription fails. They are set aside after twenty tries. */
async function* outside({ mesh, end, at, say }: With): AsyncGenerator<Figure> {
  say("messages that no run begins with are tried twenty times");
  await sendEvents(
    mesh.mesh(),
    RUBBLE.map((sack) => ({ id: sack, type: "com.example.sack.delivered", data: { url: end.url, sack, holds: "rubble" } })),
  );
  await until("them to be parked", 2 * LONG_MS, async () => (await messagesAt(at)).length >= RUBBLE.length).catch(() => undefined);
  const listed = await messagesAt(at);
  yield none(
    "messages of no run that the list lacks",
    RUBBLE.filter((sack) => listed.filter(({ message }) => message.includes(sack)).length !== 1),
  );
}

/** Mended, one of them is worked; the other one is given up with what is left. */
async function* letIn({ end, at }: With): AsyncGenerator<Figure> {
  const [one] = (await messagesAt(at)).filter(({ message }) => message.includes("rubble-1"));
  const asked = ["parked", "redrive", `mill:${one?.seq}`, "--json"];
  const first = await armada(asked, at);
  yield holds("a message of no run is worked", first.code === 0 && first.stdout.includes('"outcome":"taken"'), first.stdout + first.stderr);
  const again = await armada(asked, at);
  yield holds("and once more there is nothing to do", again.code === 0 && again.stdout.includes('"messages":0'), again.stdout);
  await until("it to be shipped", LONG_MS, () => shippedAt(end).has("rubble-1")).catch(() => undefined);
  const came = end.came.filter(({ body }) => body.includes("rubble")).map(({ body }) => body);
  yield holds("its effects, once each", came.sort().join() === "shipped rubble-1,weighed rubble-1", came.join());
}

/** No replica that answers, and none at all. */
async function* nobody({ copy, mesh, end, at, say }: With): AsyncGenerator<Figure> {
  const pids = (): readonly number[] => mesh.mesh().pids.mill ?? [];
  const [, second = ""] = await runsOf(at, "STONES_IN_SACK");
  for (const pid of pids()) process.kill(pid, "SIGSTOP");
  const silent = await armada(["parked", "redrive", second, "--json"], at);
  for (const pid of pids()) process.kill(pid, "SIGCONT");
  yield holds(
    "replicas stand still: not taken, exit code 1",
    silent.code === 1 && Redriven.parse(silent.lines[0]).outcome === "unanswered",
  );
  await pause(5_000);
  const journal = (await journalsIn(mesh)).get(second);
  yield count("replicas stood still: times it was redriven once they go on", timesOf(journal, "armada.step.retried").length, 0);

  copyVariant(copy, "mill", "broken");
  for (const pid of pids()) process.kill(pid, "SIGKILL");
  say("a build that does not start");
  await pause(2_000);
  const [head, calls] = [await headOf(mesh), end.came.length];
  const none_ = await armada(["parked", "redrive", "--all", "--json"], at);
  yield count("nobody there: exit code", none_.code, 4, none_.stdout);
  yield count("nobody there: messages appended", (await headOf(mesh)) - head, 0);
  copyVariant(copy, "mill", "mended");
  const dry = await armada(["parked", "redrive", "--code", "STONES_IN_SACK", "--dry-run", "--json"], at);
  const well = dry.lines.filter((line) => {
    const { outcome, next } = DryRun.parse(line);
    return outcome.kind === "completed" && next.length === 1 && next[0]?.does === "ask agent" && next[0].what === "ship";
  });
  yield count("dry run, mended: steps that would pass, and what comes next", well.length, dry.lines.length, dry.stderr);
  yield count("dry run, mended: exit code", dry.code, 0, dry.stdout.slice(0, 500));
  yield count("dry run, mended: effects", end.came.length - calls, 0);
}

/** Mended, and redriven by two at once. */
async function* redriven({ mesh, end, at, say, sacks }: With): AsyncGenerator<Figure> {
  const stones = sacks.filter((sack) => sack.holds === "stones");
  const calls = new Set(end.came.map(({ body }) => body));
  say("the mended build is served");
  await until("replicas to serve", LONG_MS, async () => (await armada(["health", "--json"], at)).stdout.includes(`"replicas":${REPLICAS}`));
  const asked = ["parked", "redrive", "--code", "STONES_IN_SACK", "--rate", String(RATE), "--why", "mended", "--json"];
  const both = await Promise.all([armada(asked, at), armada(asked, at)]);
  const settled = both.flatMap(({ lines }) => lines.flatMap((line) => Redriven.safeParse(line).data ?? []));
  const taken = settled.filter(({ outcome }) => outcome === "taken");
  yield count("redrive, twice at once: runs taken", taken.length, stones.length, both.map(({ stderr }) => stderr).join());
  yield count("redrive, twice at once: each by one of the two", new Set(taken.map((one) => one.run)).size, stones.length);
  yield none(
    "redrive: what was taken and did not pass",
    taken.filter(({ steps }) => steps.some(({ became }) => became !== "completed")).map((one) => one.run),
  );
  yield count(
    "redrive: exit codes of both",
    both.reduce((sum, { code }) => sum + code, 0),
    0,
  );
  const passing = sacks.filter((sack) => sack.holds !== "nothing").length;
  await until("all to end", LONG_MS, async () => {
    await pause(500);
    return (await readTeam("mill", mesh.mesh(), "run.mill.end.>")).length >= passing;
  }).catch(() => undefined); // judged below
  const journals = [...(await journalsIn(mesh)).values()];
  const mended = journals.flatMap((journal) => timesOf(journal, "armada.step.retried")).filter(({ why }) => why === "mended");
  yield count(
    "redrive: in the journals, with who, why and which replica",
    mended.filter(({ by, replica }) => by === "operator" && replica !== undefined).length,
    stones.length,
  );
  yield atMost("redrive: begun in any second", mostIn(mended.map(({ at: when }) => when)), 2 * RATE * JITTER);
  const wanted = sacks.flatMap(({ sack, holds: what }) => [`weighed ${sack}`, ...(what === "nothing" ? [] : [`shipped ${sack}`])]);
  const came = end.came.map(({ body }) => body);
  yield none(
    "effects that are missing",
    wanted.filter((what) => !came.includes(what)),
  );
  yield count(
    "effects that came twice",
    came.length - new Set(came).size,
    0,
    came
      .filter((what, i) => came.indexOf(what) !== i)
      .slice(0, 5)
      .join(),
  );
  yield count("effects of the redrive", new Set(came).size - calls.size, stones.length);
  yield none(
    "runs with grain or stones without one end that is completed",
    journals.filter((journal) => held(journal, sacks) !== "nothing" && journal.ends.join() !== "completed").map((one) => one.run),
  );
}

/** What is left is given up. */
async function* discarded({ mesh, at, sacks }: With): AsyncGenerator<Figure> {
  const hopeless = sacks.filter((sack) => sack.holds === "nothing").length;
  const ended = await armada(["parked", "discard", "--all", "--why", "nothing to grind", "--by", "Mia", "--json"], at);
  const lines = ended.lines.flatMap((line) => Redriven.safeParse(line).data ?? []);
  yield count(
    "discard: runs taken",
    lines.filter(({ outcome, status }) => outcome === "taken" && status === "cancelled").length,
    hopeless,
    ended.stderr,
  );
  const journals = [...(await journalsIn(mesh)).values()].filter((journal) => held(journal, sacks) === "nothing");
  const told = journals.flatMap((journal) => timesOf(journal, "armada.cancel.requested"));
  yield count(
    "discard: in the journals, with who and why",
    told.filter(({ by, reason }) => by === "Mia" && reason === "nothing to grind").length,
    hopeless,
  );
  yield none(
    "discard: runs that are not cancelled",
    journals.filter(({ ends }) => ends.join() !== "cancelled").map((one) => one.run),
  );
  const again = await armada(["parked", "discard", "--all", "--json"], at);
  yield holds("discard: once more there is nothing to do", again.code === 0 && again.stdout.includes('"runs":0'), again.stdout);
  const health = await armada(["health", "--json"], at);
  yield holds("health is well again", health.code === 0, health.stdout);
}

const NO_JOURNAL: Journal = { run: "", ordinals: [], steps: new Map(), events: [], ends: [] };
const Started = z.object({ input: z.object({ sack: z.string() }) });
const Parked = z.object({ code: z.string(), message: z.string(), attempts: z.number() });
const LogLine = z.looseObject({ run: z.string().optional() });
const Told = z.looseObject({ by: z.string(), why: z.string().optional(), reason: z.string().optional(), replica: z.string().optional() });
const DryRun = z.looseObject({
  type: z.literal("dry-run"),
  outcome: z.looseObject({ kind: z.string() }),
  next: z.array(z.looseObject({ does: z.string(), what: z.string() })),
});
const Redriven = z.looseObject({
  type: z.enum(["redriven", "discarded"]),
  run: z.string(),
  outcome: z.string(),
  status: z.string().optional(),
  replica: z.string().optional(),
  steps: z.array(z.looseObject({ became: z.string() })),
});
const Listed = z.looseObject({ type: z.literal("parked"), run: z.string(), code: z.string(), agent: z.string(), variant: z.string() });

const CODES = { stones: "STONES_IN_SACK", nothing: "EMPTY_SACK", grain: "" } as const;

/** Whether a sack was parked once, with what is wrong with it. */
function isReason(times: readonly unknown[], { sack, holds: what }: Sack): boolean {
  const [only, ...more] = times.map((data) => Parked.parse(data));
  return more.length === 0 && only?.code === CODES[what] && only.message.endsWith(sack) && only.attempts === ATTEMPTS;
}

function missing(poison: readonly Sack[], listed: readonly z.infer<typeof Listed>[], journals: ReadonlyMap<string, Journal>): string[] {
  return poison
    .filter(({ sack, holds: what }) => {
      const lines = listed.filter((line) => line.run === journals.get(sack)?.run);
      return lines.length !== 1 || lines[0]?.code !== CODES[what] || lines[0].agent !== "grind" || lines[0].variant !== "a";
    })
    .map(({ sack }) => sack);
}

async function parkedLines(at: Place): Promise<readonly z.infer<typeof Listed>[]> {
  const { lines }: Ended = await armada(["parked", "list", "--json"], at);
  return lines.flatMap((line) => Listed.safeParse(line).data ?? []);
}

const Message = z.looseObject({ type: z.literal("parked-message"), seq: z.number(), message: z.string() });

async function messagesAt(at: Place): Promise<readonly z.infer<typeof Message>[]> {
  return (await armada(["parked", "list", "--json"], at)).lines.flatMap((line) => Message.safeParse(line).data ?? []);
}

/** The runs that are parked with a code, those first that are longest. */
async function runsOf(at: Place, code: string): Promise<readonly string[]> {
  return (await parkedLines(at)).filter((line) => line.code === code).map((line) => line.run);
}

async function journalsIn(mesh: Up): Promise<ReadonlyMap<string, Journal>> {
  return journalsOf("mill", await readTeam("mill", mesh.mesh(), "run.mill.>"));
}

/** How long the server waits for the acknowledgement of an agent's step, ms. */
async function ackWait(mesh: Up): Promise<number> {
  await using streams = await Streams.open(mesh.mesh());
  const { config } = await (await streams.managerOf("TEAM_mill")).consumers.info("TEAM_mill", "do_grind_a");
  return (config.ack_wait ?? 0) / 1e6;
}

/** The sequence of the newest message that the team's stream has. */
async function headOf(mesh: Up): Promise<number> {
  return (await readTeam("mill", mesh.mesh())).at(-1)?.seq ?? 0;
}

function sackOf({ events }: Journal): string {
  return Started.parse(events[0]?.data).input.sack;
}

function held(journal: Journal, sacks: readonly Sack[]): Sack["holds"] | undefined {
  const sack = sackOf(journal);
  return sacks.find((one) => one.sack === sack)?.holds;
}

/** What was told of a kind, and when, ms since 1970. */
function timesOf(journal: Journal | undefined, kind: string): readonly (z.infer<typeof Told> & { readonly at: number })[] {
  return (journal?.events ?? []).flatMap(({ type, data, time = "" }) =>
    type === kind ? [{ ...Told.parse(data), at: Date.parse(time) }] : [],
  );
}

/** When each sack was first said to be shipped, ms since 1970. */
function shippedAt(end: FailingEnd): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { body, at } of end.came)
    if (body.startsWith("shipped ")) times.set(body.slice(8), Math.min(at, times.get(body.slice(8)) ?? at));
  return times;
}

/** The most in any second. */
function mostIn(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted.reduce((most, at, i) => Math.max(most, i - sorted.findIndex((other) => other > at - 1_000) + 1), 0);
}
