import { readFileSync } from "node:fs";
import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { type MeshFile, type Place, pause, place, until, up } from "../harness/product.ts";
import { type About, atMost, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { cpuOf } from "../judges/process-time.ts";
import { Streams } from "../judges/streams.ts";
import { fillRuns, MICROS, runOf, statusOf } from "./history.ts";
import { type Measured, measured } from "./measured.ts";

const TEAM = "depot";
const TRIES = 3;
/** So many runs are a small history. */
const SMALL = 1_000;
const MOST_S = 0.8;
const MOST_MB = 150;
/** What a command may use of a processor where the history is small: half a second, less what the bootstrap needs to start it. */
const MOST_CPU_S = 0.45;
/** Within this `up` has said what is wrong with its teams. */
const LOOKS_MS = 4_000;
/** What a command may read more in the larger history than in the smaller one, KiB. */
const MOST_KB_MORE = 64;

type Command = { readonly name: string; readonly args: readonly string[]; readonly right: (of: Measured, ended: number) => boolean };

const Run = z.looseObject({ run: z.string(), status: z.string() });
const runsIn = ({ lines }: Measured): z.infer<typeof Run>[] =>
  lines.flatMap((line) => {
    const { success, data } = Run.safeParse(line);
    return success ? [data] : [];
  });
const newest = (ended: number, n: number, is: (order: number) => boolean = () => true): string =>
  Array.from({ length: ended }, (_, order) => order)
    .filter(is)
    .slice(-n)
    .map(runOf)
    .join();

const COMMANDS: readonly Command[] = [
  {
    name: "runs list --limit 10",
    args: ["runs", "list", "--limit", "10"],
    right: (of, ended) =>
      runsIn(of)
        .map(({ run }) => run)
        .join() === newest(ended, 10),
  },
  {
    name: "runs list --status failed --limit 10",
    args: ["runs", "list", "--status", "failed", "--limit", "10"],
    right: (of, ended) =>
      runsIn(of)
        .map(({ run }) => run)
        .join() === newest(ended, 10, (order) => statusOf(order) === "failed"),
  },
  {
    name: "runs list --where order=17",
    args: ["runs", "list", "--where", "order=17"],
    right: (of) =>
      runsIn(of)
        .map(({ run }) => run)
        .join() === runOf(17),
  },
  { name: "doctor", args: ["doctor"], right: ({ lines }) => lines.some(({ name }) => name === `${TEAM}: messages`) },
  {
    name: "costs",
    args: ["costs", "--since", "48h"],
    right: ({ lines }, ended) =>
      lines.some(({ type, calls, costMicros }) => type === "cost-total" && calls === ended && costMicros === ended * MICROS),
  },
  { name: "health", args: ["health"], right: ({ lines }) => lines.some(({ team, ok }) => team === TEAM && ok === true) },
];

/** The other commands that read: as a person types them, one after another. */
const READING: readonly (readonly string[])[] = [
  ["runs", "show", runOf(17)],
  ["parked", "list"],
  ["budgets"],
  ["budgets", "suspects"],
  ["trace", runOf(17)],
  ["state", TEAM],
  ["events", "list", "--limit", "10"],
  ["events", "show", `${TEAM}:1`],
];

/** What operators type answers from a large history as from a small one. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, TEAM);
  using at = place({}, copy.root);
  const sizes = short ? [SMALL, 4_000] : [SMALL, 10_000, 100_000];
  const args = ["--only", TEAM, "--port", "0", "--sync-interval", "100ms"];
  const reads = new Map<string, number[]>();
  let filled = 0;
  for (const ended of sizes) {
    await using mesh = await up(args, at);
    say(`filling the history up to ${ended} runs`);
    await fillRuns(TEAM, mesh.mesh(), filled, ended);
    filled = ended;
    const began = performance.now();
    await until(`the index of ${ended} runs`, 120_000, () => indexedRows(mesh.mesh()).then((rows) => rows === ended));
    yield { name: `${ended} runs: index is whole after, s`, value: (performance.now() - began) / 1_000, target: "any", ok: true };
    for (const command of COMMANDS) yield* judge(command, ended, { at, server: mesh.mesh().pids.nats?.[0] ?? 0, short }, reads);
    if (!short && ended === SMALL) for (const reading of READING) yield* small(reading, at);
    await mesh.stop();
    if (!short) yield* start(args, at, ended);
  }
  for (const [name, [first = 0, ...more]] of reads)
    yield atMost(`${name}: KiB read more in the largest history`, Math.max(...more) - first, MOST_KB_MORE);
}

async function* judge(
  { name, args, right }: Command,
  ended: number,
  { at, server, short }: { readonly at: Place; readonly server: number; readonly short: boolean },
  reads: Map<string, number[]>,
): AsyncGenerator<Figure> {
  const tries: Measured[] = [];
  const before = cpuOf(server);
  for (let i = 0; i < (short ? 1 : TRIES); i++) tries.push(await measured([...args, "--json"], at));
  const [best] = tries.sort((a, b) => a.seconds - b.seconds);
  if (best === undefined) return;
  reads.set(name, [...(reads.get(name) ?? []), best.kbRead]);
  yield holds(`${ended} runs: ${name} is right`, right(best, ended), `${best.stdout.slice(-300)}${best.stderr}`);
  yield { name: `${ended} runs: ${name}, KiB read`, value: best.kbRead, target: "any", ok: true };
  if (short) return; // a gate measures no machine
  const used = Math.min(...tries.map(({ cpuSeconds }) => cpuSeconds));
  yield ended > SMALL
    ? { name: `${ended} runs: ${name}, s of processor`, value: used, target: "any", ok: true }
    : atMost(`${ended} runs: ${name}, s of processor`, used, MOST_CPU_S);
  yield { name: `${ended} runs: ${name}, s of the server's`, value: (cpuOf(server) - before) / TRIES / 1_000, target: "any", ok: true };
  yield atMost(`${ended} runs: ${name}, s`, best.seconds, MOST_S);
  yield atMost(`${ended} runs: ${name}, MB`, best.peakMb, MOST_MB);
}

/** By processor time: it tells the same on a machine that has other work. */
async function* small(args: readonly string[], at: Place): AsyncGenerator<Figure> {
  const tries: Measured[] = [];
  for (let i = 0; i < TRIES; i++) tries.push(await measured(args, at));
  const name = `${SMALL} runs: ${args.join(" ")}`;
  yield none(
    `${name} is refused`,
    tries.flatMap(({ code, stderr }) => (code === 0 ? [] : [stderr])),
  );
  yield atMost(`${name}, s of processor`, Math.min(...tries.map(({ cpuSeconds }) => cpuSeconds)), MOST_CPU_S);
}

/** How long `up` takes until it serves, at best, and what it holds at most once it has looked at its teams. */
async function* start(args: readonly string[], at: Place, ended: number): AsyncGenerator<Figure> {
  const tries: { readonly seconds: number; readonly peakMb: number }[] = [];
  for (let i = 0; i < TRIES; i++) {
    const began = performance.now();
    await using mesh = await up(args, at);
    const seconds = (performance.now() - began) / 1_000;
    await pause(LOOKS_MS);
    const peak = /VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${mesh.pid}/status`, "utf8"))?.[1];
    tries.push({ seconds, peakMb: Number(peak) / 1_024 });
  }
  yield atMost(`${ended} runs: up serves after, s`, Math.min(...tries.map(({ seconds }) => seconds)), MOST_S);
  yield atMost(`${ended} runs: up, MB`, Math.max(...tries.map(({ peakMb }) => peakMb)), MOST_MB);
}

const Head = z.object({ rows: z.number() });

/** How many runs the team's index has, as the server has it. */
async function indexedRows(about: Pick<MeshFile, "nats" | "keys">): Promise<number> {
  const stream = `INDEX_${TEAM}`;
  await using streams = await Streams.open(about);
  const head = await (await streams.managerOf(stream)).streams.getMessage(stream, { last_by_subj: `index.${TEAM}.head` });
  return head === null ? 0 : Head.parse(head.json()).rows;
}
