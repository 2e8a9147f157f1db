import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { type ProviderLine, providerLog } from "../judges/money.ts";
import { allEnded, showRun, startRun } from "../judges/runs.ts";
import { copyBuyers } from "./buyers.ts";

const REPLICAS = ["--replicas", "buyers=4"];
const PER_RUN = 40;
const ENDED_MS = 120_000;

/** Equal requests over four processes are one call, also where it fails, and after all of them were killed. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const requests = short ? 40 : 200;
  using copy = copyCheckout([]);
  copyBuyers(copy);
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices", 2_500);
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  const first = await up(REPLICAS, paid);
  try {
    yield* await together(requests, paid, models, first);
    say("a call that fails");
    yield* await failing(short ? 20 : 80, paid, models, first);
    say("requests that differ by a byte");
    yield* await different(paid, models, short);
  } finally {
    await slain(first);
  }
  yield* await again(requests, paid, models, copy);
}

/** Asks for the same price in runs of forty; answers when all have ended. */
async function ask(times: number, item: string, at: Place, mesh: Up, agent = "saver"): Promise<string[]> {
  const runs: string[] = [];
  for (let left = times; left > 0; left -= PER_RUN) {
    const items = Array.from({ length: Math.min(PER_RUN, left) }, () => item);
    runs.push(await startRun("buyers.buy", JSON.stringify({ agent, items }), at));
  }
  await until(`${runs.length} runs to end`, ENDED_MS, async () => {
    const journals = await allEnded("buyers", 1, () => mesh.mesh(), ENDED_MS);
    return runs.every((run) => (journals.get(run)?.ends.length ?? 0) > 0);
  });
  return runs;
}

async function together(requests: number, at: Place, models: ModelServer, mesh: Up): Promise<Figure[]> {
  const runs = await ask(requests, "a kettle", at, mesh);
  const shown = await Promise.all(runs.map((run) => showRun(run, at)));
  const steps = shown.flatMap((run) => run.steps);
  const calls = arrivals(models);
  const end = ends(models)[0];
  const saved = steps.filter((step) => Number(step.savedMicros ?? 0) > 0);
  const late = steps.filter((step) => Number(step.costMicros ?? 0) > 0).length;
  return [
    count("requests", steps.length, requests),
    count("calls that the provider saw", calls.length, 1),
    count("answers that came without a call, and say what they saved", saved.length, requests - 1),
    count("answers that were paid for", late, 1),
    holds(
      "each saved what the one call cost",
      saved.every((step) => step.savedMicros === end?.costMicros),
      `${end?.costMicros}`,
    ),
    atLeast("processes of the team", new Set(mesh.mesh().pids.buyers).size, 4),
  ];
}

/** The provider refuses until it has been asked a few times: one asks at a time, and the rest wait for that one. */
async function failing(requests: number, at: Place, models: ModelServer, mesh: Up): Promise<Figure[]> {
  const before = arrivals(models).length;
  await models.control({ delayMs: 300, faults: { overloaded: 1 } });
  const asked = ask(requests, "a broom", at, mesh);
  await until("a third try", 60_000, () => arrivals(models).length - before >= 3);
  await models.control({ delayMs: 300, faults: {} });
  await asked;
  const mine = providerLog(models.log).filter(({ id }) => Number(id) > lastIdBefore(models, before));
  return [
    count("calls that were answered after others failed", mine.filter(({ outcome }) => outcome === "answered").length, 1),
    count("calls on their way at once, at most", busiest(mine), 1),
    atMost("tries in all", mine.filter(({ event }) => event === "arrival").length, 12),
  ];
}

/** Requests that differ in one byte of prompt, material, schema or tools; each is asked twice and called once. */
async function different(at: Place, models: ModelServer, short: boolean): Promise<Figure[]> {
  await models.control({ delayMs: 0, faults: {} });
  const variants: readonly { agent: string; item: string; material?: string }[] = [
    { agent: "saver", item: "a lamp" },
    { agent: "saver_tools", item: "a lamp" },
    ...(short
      ? []
      : [
          { agent: "saver", item: "a lamq" },
          { agent: "saver", item: "a lamp", material: "catalogue of 1901" },
          { agent: "saver", item: "a lamp", material: "catalogue of 1902" },
          { agent: "saver_schema", item: "a lamp" },
        ]),
  ];
  const seen: number[] = [];
  for (const { agent, item, material } of [...variants, ...variants]) {
    const before = arrivals(models).length;
    const input = JSON.stringify({ agent, items: [item], ...(material === undefined ? {} : { material }) });
    const run = await startRun("buyers.buy", input, at);
    await until(`run ${run} to end`, ENDED_MS, async () => ["completed", "degraded", "failed"].includes((await showRun(run, at)).status));
    seen.push(arrivals(models).length - before);
  }
  const names = variants.map((one) => JSON.stringify(one));
  return [
    none(
      "variants that got another's answer",
      names.filter((_, i) => seen[i] !== 1),
    ),
    none(
      "variants that were called again",
      names.filter((_, i) => seen[variants.length + i] !== 0),
    ),
  ];
}

/** After SIGKILL of every process the stored answer serves; another team asks for itself. */
async function again(requests: number, at: Place, models: ModelServer, copy: Checkout): Promise<Figure[]> {
  copyBuyers(copy, { name: "rivals" });
  await using mesh = await up(REPLICAS, at);
  const before = arrivals(models).length;
  await ask(requests, "a kettle", at, mesh);
  const restarted = arrivals(models).length - before;
  const run = await startRun("rivals.buy", JSON.stringify({ agent: "saver", items: ["a kettle"] }), at);
  await until(`run ${run} to end`, ENDED_MS, async () => (await showRun(run, at)).status === "completed");
  return [
    count("calls for the same after a SIGKILL of all", restarted, 0),
    count("calls of another team for the same", arrivals(models).length - before - restarted, 1),
  ];
}

/** Ends a mesh as a power cut would. */
async function slain(mesh: Up): Promise<void> {
  const pids = Object.values(mesh.mesh().pids).flat();
  await mesh.kill();
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it had ended with its parent
    }
  await pause(500);
}

function arrivals(models: ModelServer): ProviderLine[] {
  return providerLog(models.log).filter(({ event }) => event === "arrival");
}

function ends(models: ModelServer): ProviderLine[] {
  return providerLog(models.log).filter(({ event }) => event === "end");
}

function lastIdBefore(models: ModelServer, count: number): number {
  return Number(arrivals(models)[count - 1]?.id ?? 0);
}

/** The most calls that were open at a time. */
function busiest(lines: readonly ProviderLine[]): number {
  let open = 0;
  let most = 0;
  for (const { event } of lines) {
    open += event === "arrival" ? 1 : -1;
    most = Math.max(most, open);
  }
  return most;
}
