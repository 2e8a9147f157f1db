import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { type Ended, ended, environment, here, type Place, place, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { readTeam } from "../judges/streams.ts";

const MINUTE = 60_000;
const SOURCES = ["cache", "bin", "path", "release", "pip", "go", "apt"];
const Result = z.looseObject({
  type: z.literal("result"),
  run: z.string(),
  status: z.string(),
  degraded: z.array(z.unknown()),
  output: z.looseObject({ article: z.string() }),
});
const StepLine = z.looseObject({ type: z.literal("step"), run: z.string(), n: z.number() });
const WAYS = /1\. [\s\S]*2\. [\s\S]*3\. /u;

/** A fresh clone makes its article by `npm start` alone, quickly the second time, and says in words what it could not get. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using bare = place();
  // The short form has the packages already: fetching them is the network's time, not the product's.
  using copy = short ? copyCheckout() : undefined;
  const at: Place = { ...bare, root: copy?.root ?? clone(bare.cwd), cwd: copy?.root ?? join(bare.cwd, "clone") };
  say("npm start, the first time");
  const first = await npm(["start", "--", "--once", "--json"], at, 10 * MINUTE);
  yield* article("first start", first);
  say("npm start, the second time");
  const second = await npm(["start", "--", "--once", "--json"], at, MINUTE);
  yield* article("second start", second);
  // The short form runs beside other proofs, on the same two cores: its time says little of the product's.
  yield atMost("second start, ms", Math.round(second.ms), short ? MINUTE : 15_000);
  yield* inTheJournal(at, [first, second]);
  // Each source blocked in turn, with all that come before it.
  const turns = short ? [SOURCES.length] : SOURCES.map((_, i) => i + 1);
  for (const turn of turns) yield* blocked(at, SOURCES.slice(0, turn));
  if (short) return;
  say("npm test");
  const tested = await npm(["test"], at, 20 * MINUTE);
  yield count("npm test: exit code", tested.code, 0, tested.stdout.slice(-2_000));
  yield holds("npm test says where nats-server came from", FROM.test(tested.stdout + tested.stderr));
}

const FROM = /nats-server \d+\.\d+\.\d+ from \S/u;

function* article(name: string, { code, lines, stdout, stderr }: Ended): Generator<Figure> {
  yield count(`${name}: exit code`, code, 0, stderr.slice(-1_500));
  const result = Result.safeParse(lines.at(-1)).data;
  yield holds(`${name}: completed, nothing degraded`, result?.status === "completed" && result.degraded.length === 0, stdout.slice(-500));
  yield holds(`${name}: the article is there`, result !== undefined && existsSync(result.output.article));
  yield holds(`${name}: says where nats-server came from`, FROM.test(stdout + stderr), stderr.slice(-500));
}

/** The mesh has ended; its streams are read by starting it again. */
async function* inTheJournal(at: Place, starts: readonly Ended[]): AsyncGenerator<Figure> {
  await using mesh = await up([], { ...at, env: { ARMADA_NATS_SERVER: process.env.ARMADA_NATS_SERVER ?? "" } });
  const journals = journalsOf("content", await readTeam("content", mesh.mesh()));
  const runs = starts.map(({ lines }) => Result.safeParse(lines.at(-1)).data?.run ?? "");
  yield holds(
    "each start is a run of its own",
    new Set(runs).size === starts.length && journals.size === starts.length,
    [...journals.keys()].join(),
  );
  const shown = starts.flatMap(({ lines }) => lines.flatMap((line) => StepLine.safeParse(line).data ?? []));
  yield none(
    "steps shown that are not in the journal",
    shown.filter((step) => journals.get(step.run)?.steps.get(step.n)?.outcomes !== 1).map((step) => `${step.run} ${step.n}`),
  );
  yield none("steps and runs without one outcome", faultsOf(journals.values()));
}

/** Either the next source serves, or the end comes soon and names three ways. */
async function* blocked(at: Place, skip: readonly string[]): AsyncGenerator<Figure> {
  const run = await npm(
    ["start", "--", "--once", "--json"],
    { ...at, env: { ...at.env, ARMADA_BOOTSTRAP_SKIP: skip.join(",") } },
    10 * MINUTE,
  );
  const name = `without ${skip.join(", ")}`;
  const said = run.stdout + run.stderr;
  if (run.code === 0) yield holds(`${name}: the next source serves and is named`, FROM.test(said), said.slice(-500));
  else {
    yield holds(`${name}: names three ways to go on`, WAYS.test(said), said.slice(-1_500));
    yield atMost(`${name}: ended after, ms`, Math.round(run.ms), MINUTE);
  }
  if (skip.length === SOURCES.length) yield count(`${name}: exit code`, run.code, 1);
}

/** As a bare machine has it: no Node of ours on PATH, no nats-server that a bootstrap found before. */
function npm(args: readonly string[], at: Place, deadline: number): Promise<Ended> {
  const { ARMADA_NATS_SERVER: _, ARMADA_NATS_SOURCE: __, NATS_SERVER_BIN: ___, PATH = "", ...rest } = environment(at);
  const own = Object.entries(rest).filter(([name]) => !/^npm_/iu.test(name));
  const paths = PATH.split(delimiter).filter((path) => !path.includes("node_modules"));
  const env = { ...Object.fromEntries(own), PATH: paths.join(delimiter) };
  return ended(spawn("npm", args, { cwd: at.cwd, env, timeout: deadline }));
}

function clone(folder: string): string {
  const made = spawnSync("git", ["clone", "--quiet", here, join(folder, "clone")], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`git clone: ${made.stderr}`);
  return `${join(folder, "clone")}/`;
}
