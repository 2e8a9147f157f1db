import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { startOtlpReceiver } from "../../../libs/runtime/src/telemetry/otlp-receiver.ts";
import { armada, type Ended, type MeshFile, type Place, pause, place, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { type Journal, journalsOf } from "../judges/journals.ts";
import { type RunShown, showRun, startRun } from "../judges/runs.ts";
import { readTeam, type Stored } from "../judges/streams.ts";
import { degradedIn, judgeArticle, Result, timesOf } from "./degraded-articles.ts";

const TOPIC = "The tide mill at Orne";
/** Little enough for a journal to hold what is made of it. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  "mill.md":
    "The tide mill at Orne grinds flour with the sea. The tide mill at Orne has four wooden wheels, and each wheel is six metres wide. The tide mill at Orne was built in 1684 by the monks of Lund.",
  "history.md":
    "Ice broke two paddles of the tide mill at Orne in the winter of 1893. The tide mill at Orne was closed in 1962 and opened again in 1988. The millers of the tide mill at Orne work only when the tide falls.",
};
const FAILURES = 5;
const LONG_MS = 300_000;
const TEAMS = { social_writer: "marketing" } as Readonly<Record<string, string>>;

const Call = z.looseObject({ type: z.literal("call"), call: z.string(), ok: z.boolean(), at: z.string() });
const Coded = z.looseObject({ code: z.string() });
const Told = z.looseObject({
  type: z.literal("broken"),
  failures: z.number(),
  probes: z.number(),
  articles: z.array(z.looseObject({ run: z.string(), status: z.string() })),
});

/** An agent that is down: what the article has instead, where it says so, and what its breaker does meanwhile. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  await using receiver = await startOtlpReceiver();
  using at = place({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const sources = join(at.cwd, "sources");
  mkdirSync(sources);
  for (const [name, text] of Object.entries(DOCUMENTS)) writeFileSync(join(sources, name), text);
  const told: Broken[] = [];
  for (const agent of short ? ["illustrator"] : ["illustrator", "editor", "seo_optimizer", "fact_checker", "social_writer", "writer"]) {
    say(`a demo with ${agent} broken, until its breaker has opened and closed`);
    const broken = await breakInDemo(agent, sources, at);
    told.push(broken);
    yield* judgeCommands(broken);
  }
  const unknown = await armada(["demo", "--break", "nobody", "--json"], at);
  yield holds(
    "an agent that is not there: the demo names those that are",
    unknown.code === 2 && unknown.stdout.includes("no agent is called nobody") && unknown.stdout.includes("content.illustrator"),
    unknown.stdout,
  );

  const mesh = await up(["--port", "0"], at);
  say("breakers opened by hand, each before an article");
  const byHand = [];
  for (const agent of ["editor", "seo_optimizer"]) byHand.push({ agent, result: await withBreakerOpen(agent, at) });
  const held = await refusedUnchecked(at, mesh.mesh());
  byHand.push({ agent: "fact_checker", result: held.approved });
  const [content, marketing] = [await readTeam("content", mesh.mesh()), await readTeam("marketing", mesh.mesh())];
  await mesh.stop();
  const journals = journalsOf("content", content);
  const facts = content.filter(({ subject }) => subject.startsWith("evt.content.article.completed."));

  for (const { agent, demo } of told) yield* judgeStory(agent, demo, { journals, marketing, content, facts });
  for (const { agent, result } of byHand) {
    const journal = journals.get(result.run);
    if (journal === undefined) throw new Error(`the stream has no run ${result.run}`);
    yield* judgeArticle(`${agent}, opened by hand`, agent, ["BREAKER_OPEN"], { result, journal, facts });
  }
  yield holds("unchecked and waiting: nothing is set or published", held.nothing, JSON.stringify(held));
  yield holds("unchecked and refused: the run is cancelled", held.refused === "cancelled", held.refused);
  yield none(
    "unchecked and refused: articles that came out",
    facts.map(({ subject }) => subject).filter((subject) => subject.includes(`.${held.run}.`)),
  );
  yield* judgeCounts(receiver.counts(), { content: journals, marketing: journalsOf("marketing", marketing) });
}

type Streams = {
  readonly journals: ReadonlyMap<string, Journal>;
  readonly marketing: readonly Stored[];
  readonly content: readonly Stored[];
  readonly facts: readonly Stored[];
};

/** What commands said while the breaker was open. */
type Broken = {
  readonly agent: string;
  readonly demo: Ended;
  readonly health: Ended;
  readonly events: Ended;
  readonly shown: RunShown | undefined;
};

async function breakInDemo(agent: string, sources: string, at: Place): Promise<Broken> {
  const team = TEAMS[agent] ?? "content";
  const args = ["demo", "--once", "--json", "--port", "0", "--sources", sources, "--topic", TOPIC, "--break", agent];
  const running = armada(args, at, LONG_MS);
  const meanwhile = (async () => {
    await until(`the breaker of ${agent} to be open`, LONG_MS, async () => {
      await pause(500);
      return (await armada(["breakers", "--json"], at)).lines.some((line) => line.agent === agent && line.status === "open");
    });
    const [health, events, runs] = await Promise.all([
      armada(["health", "--json"], at),
      armada(["events", "list", "--team", team, "--subject", `evt.${team}.call_breaker.opened.${agent}.*`, "--json"], at),
      armada(["runs", "list", "--team", team, "--json"], at),
    ]);
    // Those of the demos before are degraded as well.
    const ended = runs.lines
      .filter(({ status }) => status === "degraded")
      .toSorted((a, b) => (String(a.startedAt) < String(b.startedAt) ? 1 : -1))[0];
    return { health, events, shown: ended === undefined ? undefined : await showRun(String(ended.run), at) };
  })();
  meanwhile.catch(() => undefined); // it is awaited below, where the demo has not ended before
  const demo = await running;
  if (demo.code !== 0)
    throw new Error(`demo --break ${agent} ended with ${demo.code}: ${demo.stdout.slice(-1_500)}${demo.stderr.slice(-1_500)}`);
  return { agent, demo, ...(await meanwhile) };
}

function* judgeCommands({ agent, health, events, shown }: Broken): Generator<Figure> {
  yield holds(
    `${agent}: while it is open health is not well, and names it`,
    health.code === 1 && health.stdout.includes(`"BREAKER_OPEN","message":"${agent} pauses since`),
    health.stdout,
  );
  yield count(
    `${agent}: openings that \`events\` shows`,
    events.lines.filter(({ type }) => type === "armada.call_breaker.opened").length,
    1,
  );
  const degraded = shown?.steps.filter((step) => step.agent === agent).map((step) => Coded.safeParse(step.degraded).data?.code);
  if (TEAMS[agent] === undefined && agent !== "writer")
    yield holds(
      `${agent}: the tree of a run says which step is degraded, and why`,
      degraded?.length === 1 && ["AGENT_FAILED", "BREAKER_OPEN"].includes(degraded[0] ?? ""),
      JSON.stringify(shown),
    );
}

function* judgeStory(agent: string, demo: Ended, { journals, content, marketing, facts }: Streams): Generator<Figure> {
  const team = TEAMS[agent] ?? "content";
  const breaker = (team === "content" ? content : marketing).filter(({ subject }) =>
    new RegExp(`^evt\\.${team}\\.call_breaker\\.[a-z]+\\.${agent}\\.`, "u").test(subject),
  );
  const when = (name: string): number => {
    const event = breaker.find(({ subject }) => subject.includes(`.${name}.`))?.events[0];
    return event === undefined ? Number.NaN : Date.parse(z.looseObject({ at: z.string() }).parse(event.data).at);
  };
  const calls = demo.lines.flatMap((line) => Call.safeParse(line).data ?? []);
  const [opened, closed] = [when("opened"), when("closed")];
  const failed = calls.filter(({ ok, at }) => !ok && Date.parse(at) <= opened);
  const tries = calls.filter(({ at }) => Date.parse(at) > opened && Date.parse(at) < closed);
  yield count(`${agent}: calls that failed at the failing end until it opened`, failed.length, FAILURES);
  yield count(`${agent}: calls at the failing end while it was open`, tries.length, 1);
  yield count(`${agent}: calls that failed`, calls.filter(({ ok }) => !ok).length, FAILURES);
  const names = breaker.map(({ subject }) => subject.split(".")[3]);
  // Those of a person come behind, in the mesh that is there for them.
  yield holds(`${agent}: the stream has it opened, tried and closed`, names.slice(0, 3).join() === "opened,probing,closed", names.join());
  const [said] = demo.lines.flatMap((line) => Told.safeParse(line).data ?? []);
  yield holds(`${agent}: the demo counts the same`, said?.failures === FAILURES && said.probes === 1, JSON.stringify(said));

  const results = demo.lines.flatMap((line) => Result.safeParse(line).data ?? []);
  const made = results.flatMap((result) => {
    const journal = journals.get(result.run);
    return journal === undefined ? [] : [{ result, journal, facts }];
  });
  yield count(`${agent}: articles that the stream has, of those that came out`, made.length, said?.articles.length ?? -1);
  const late = made.flatMap(({ journal }) => {
    const times = timesOf(journal);
    return times !== undefined && times.ended < times.until ? [] : [journal.run];
  });
  yield none(`${agent}: articles that came out behind their deadline`, late);
  if (agent === "writer") {
    yield none(
      "writer: articles that are not whole once it is back",
      made.filter(({ journal }) => journal.ends.join() !== "completed").map(({ journal }) => journal.run),
    );
    return;
  }
  const before = made.slice(0, -1);
  const after = made.at(-1);
  for (const [i, article] of before.entries())
    yield* judgeArticle(`${agent}, article ${i + 1}`, agent, ["AGENT_FAILED", "BREAKER_OPEN"], article);
  yield holds(
    `${agent}: the one that tries it is whole, and says nothing`,
    after?.journal.ends.join() === "completed" && after.result.output.degraded.length === 0,
    JSON.stringify(after?.result.output.degraded),
  );
}

/** An article while an agent's breaker is open, as a person opened it. */
async function withBreakerOpen(agent: string, at: Place): Promise<Result> {
  await setBreaker("open", agent, at);
  const ended = await armada(["run", "content.create_article", "--input", briefOf(at), "--wait", "--json"], at);
  await setBreaker("close", agent, at);
  return Result.parse(ended.lines.at(-1));
}

/** Without a fact checker an article is held: one that is refused, and one that is approved. */
async function refusedUnchecked(
  at: Place,
  mesh: MeshFile,
): Promise<{ readonly run: string; readonly nothing: boolean; readonly refused: string; readonly approved: Result }> {
  await setBreaker("open", "fact_checker", at);
  const [run, other] = [
    await startRun("content.create_article", briefOf(at), at),
    await startRun("content.create_article", briefOf(at), at),
  ];
  for (const one of [run, other])
    await until(`${one} to wait for a person`, LONG_MS, async () => {
      const { status, waitingFor } = await showRun(one, at);
      return status === "waiting" && waitingFor?.some(({ kind }) => kind === "approval");
    });
  await pause(2_000); // what it would do by itself it would do now
  const facts = await readTeam("content", mesh, `evt.content.article.completed.${run}.>`);
  const asked = [...journalsOf("content", await readTeam("content", mesh, `run.content.*.*.${run}.>`)).values()];
  const nothing = facts.length === 0 && asked.every(({ steps }) => ![...steps.values()].some(({ agent }) => agent === "publisher"));
  await armada(["runs", "approve", run, "--reject", "--json"], at);
  await armada(["runs", "approve", other, "--json"], at);
  for (const one of [run, other])
    await until(`${one} to end`, LONG_MS, async () => ["cancelled", "degraded"].includes((await showRun(one, at)).status));
  await setBreaker("close", "fact_checker", at);
  const { status, steps, ...shown } = await showRun(other, at);
  const degraded = steps.flatMap((step) => (step.degraded === undefined ? [] : [{ agent: step.agent, ...Object(step.degraded) }]));
  const approved = Result.parse({ ...shown, type: "result", status, degraded });
  return { run, nothing, refused: (await showRun(run, at)).status, approved };
}

async function setBreaker(to: "open" | "close", agent: string, at: Place): Promise<void> {
  // Closed by hand it is for a moment only: the next mesh has it as any other.
  const { code, stderr } = await armada(["breakers", to, `content.${agent}`, "--for", to === "open" ? "30m" : "1s", "--json"], at);
  if (code !== 0) throw new Error(`breakers ${to} ${agent}: ${stderr}`);
}

function briefOf(at: Place): string {
  const file = join(at.cwd, "brief.json");
  writeFileSync(file, JSON.stringify({ topic: TOPIC, documents: Object.entries(DOCUMENTS).map(([name, text]) => ({ name, text })) }));
  return `@${file}`;
}

/** What the collector was sent, over all processes, beside what the streams hold. */
function* judgeCounts(
  sent: ReturnType<Awaited<ReturnType<typeof startOtlpReceiver>>["counts"]>,
  teams: Readonly<Record<string, ReadonlyMap<string, Journal>>>,
): Generator<Figure> {
  const counted = new Map<string, number>();
  for (const { name, attributes, value } of sent) {
    if (name !== "armada.steps.degraded") continue;
    const key = [attributes["armada.team"], attributes["gen_ai.agent.name"], attributes["error.type"]].join(" ");
    counted.set(key, (counted.get(key) ?? 0) + value);
  }
  const there = new Map<string, number>();
  for (const [team, journals] of Object.entries(teams))
    for (const { agent, code } of [...journals.values()].flatMap(degradedIn)) {
      const key = [team, agent, code].join(" ");
      there.set(key, (there.get(key) ?? 0) + 1);
    }
  const shown = (all: ReadonlyMap<string, number>): string =>
    [...all]
      .map(([key, n]) => `${key}: ${n}`)
      .sort()
      .join(", ");
  yield holds(
    "degraded steps by agent and code: a collector has as many as the streams",
    there.size > 0 && shown(counted) === shown(there),
    `${shown(counted)} | ${shown(there)}`,
  );
}
