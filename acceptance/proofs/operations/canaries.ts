import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { seededRandom } from "@armada/event-sourcing/testing";
import { copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { familyOf } from "../harness/processes.ts";
import { armada, type MeshFile, type Place, place, until, up } from "../harness/product.ts";
import { type About, atLeast, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { startReceiver } from "../product/otlp.ts";
import { type Canary, found, plant } from "./canaries-planted.ts";

/** Failures, which have no key of anybody's in them. */
const FAILURES = ["tool", "effect", "agent", "refusal", "output", "fallback", "parked", "console", "workflow", "inline", "search", "crash"];
/** What is meant to be kept, without the values of the process's own secrets. */
const RESULTS = ["result", "object", "approval", "fact"];
/** What a provider says with a status, and the key in it. */
const REFUSALS = [400, 401, 403, 404, 413, 429, 500, 502, 529];
const A_RUN = 5;
const ENDED = new Set(["completed", "degraded", "failed", "cancelled", "parked", "stopped"]);
const COMMANDS = [
  ["runs", "list", "--json"],
  ["events", "list", "--json"],
  ["parked", "list", "--json"],
  ["costs", "--json"],
  ["health", "--json"],
  ["doctor", "--json"],
  ["runs", "list"],
  ["events", "list"],
  ["parked", "list"],
];

/** A thousand secrets over every way to fail: none is found in what is stored or said, nor in processes that need none. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const random = seededRandom(seed);
  const { known, shaped } = plant(short ? 40 : 300, short ? 80 : 700, () => random.next());
  using copy = copyCheckout(["gateway", "federation"]);
  copyTeam(copy, "leakers");
  using at = place({}, copy.root);
  await using receiver = await startReceiver(at.cwd);
  await using models = await startModelServer(at.cwd, "prices");
  const [token, key, ofFile, ...rest] = known as [Canary, Canary, Canary, ...Canary[]];
  // What the proof itself writes lies apart from what is looked through.
  const own = join(at.cwd, "own");
  mkdirSync(own);
  writeFileSync(join(own, "key"), `${ofFile.value}\n`);
  writeFileSync(join(own, "texts.json"), JSON.stringify([...rest, ...shaped].map(({ text }) => text)));
  const names = rest.map((_, n) => `LEAKERS_${n}`);
  const leaky: Place = {
    ...at,
    env: {
      ...models.env,
      ...receiver.env,
      ANTHROPIC_API_KEY: key.value,
      ANTHROPIC_API_KEY_LEAKERS_FILE: join(own, "key"),
      LEAKERS_TEXTS: join(own, "texts.json"),
      LEAKERS_TOKEN: token.value,
      ...Object.fromEntries(names.map((name, n) => [name, rest[n]?.value ?? ""])),
      ARMADA_VARIABLES_LEAKERS: "LEAKERS_TEXTS",
      ARMADA_SECRETS_LEAKERS: ["LEAKERS_TOKEN", ...names].join(),
      ARMADA_BUDGETS_FLEET: "$1000/month",
    },
  };
  const outputs: [string, string][] = [];
  await using mesh = await up(["--port", "0"], leaky);
  say(`${known.length + shaped.length} secrets over ${FAILURES.length + RESULTS.length} ways`);
  const edge = edgeOf(mesh.mesh(), outputs);
  const began = new Map<string, string>();
  const start = async (how: string, from: number, to: number): Promise<void> => {
    began.set(await edge.start("leakers.leak", { how, from, to }), how);
  };
  // Results first have what is known; failures have all.
  for (let from = 0, n = 0; from < rest.length; from += A_RUN * 2, n++)
    await start(RESULTS[n % RESULTS.length] ?? "", from, Math.min(from + A_RUN, rest.length));
  const ways = FAILURES.filter((how) => how !== "crash");
  for (let from = 0, n = 0; from < rest.length + shaped.length; from += A_RUN, n++)
    await start(ways[n % ways.length] ?? "", from, from + A_RUN);
  began.set(await edge.start("leakers.deliver", { token: { $secret: "LEAKERS_TOKEN" } }), "deliver");
  await edge.ended(began.keys());
  await start("crash", 0, A_RUN);
  await edge.ended(began.keys());
  say("a provider that repeats the key");
  for (const status of REFUSALS) await edge.ended([await refused(edge, models, status, [ofFile])]);
  say("what is said of it");
  await edge.problems(shaped);
  outputs.push([
    "plain text in a brief",
    await saidBy(["run", "leakers.deliver", "--input", JSON.stringify({ token: shaped[0]?.value }), "--json"], leaky),
  ]);
  for (const args of COMMANDS) outputs.push([args.join(" "), await saidBy(args, leaky)]);
  for (const run of [...began.keys()].slice(0, short ? 4 : 40))
    for (const args of [
      ["runs", "show", run, "--json"],
      ["trace", run],
    ])
      outputs.push([args.join(" "), await saidBy(args, leaky)]);
  for (const run of began.keys()) await edge.read(run);
  const family = environments(mesh.pid);
  yield atLeast("processes of the mesh", family.length, 6);
  yield none("secrets in the environment of processes that need none", holders(family, mesh.pid, mesh.mesh()));
  yield none(
    "processes with the secret of a file in their environment",
    family.flatMap(({ about, text }) => (text.includes(ofFile.value) ? [about] : [])),
  );
  outputs.push(["up", mesh.said()]);
  await mesh.stop();

  const stored = filesIn(join(at.cwd, ".armada")).filter((path) => !path.includes("/keys/"));
  const spans = join(at.cwd, "spans.jsonl");
  yield atLeast("runs that have ended", began.size, (known.length + shaped.length) / A_RUN);
  const ofAll = stored.map((path) => readFileSync(path, "latin1")).join("\n");
  yield holds("what was struck is there to be seen", ofAll.includes("[hidden]"));
  yield none(
    "secrets in the data folder",
    inFiles(
      stored.filter((path) => path.includes("/data/")),
      at.cwd,
    ),
  );
  yield none(
    "secrets in logs and in other files",
    inFiles(
      stored.filter((path) => !path.includes("/data/")),
      at.cwd,
    ),
  );
  yield none("secrets in traces", inFiles([spans], at.cwd));
  yield atLeast(
    "spans that say an error",
    readFileSync(spans, "utf8")
      .split("\n")
      .filter((line) => line.includes("error.type")).length,
    10,
  );
  yield none(
    "secrets in what commands and the gateway said",
    outputs.flatMap(([what, text]) => found(text).map((around) => `${what}: ${around}`)),
  );
}

type Edge = {
  start(workflow: string, input: unknown): Promise<string>;
  ended(runs: Iterable<string>): Promise<void>;
  read(run: string): Promise<void>;
  problems(canaries: readonly Canary[]): Promise<void>;
};

/** The gateway as a caller has it; all that it answers is kept in `outputs`. */
function edgeOf({ gateway, key }: MeshFile, outputs: [string, string][]): Edge {
  const call = async (
    path: string,
    init: Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<string> => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
      ...init.headers,
    };
    const text = await (await fetch(`${gateway}/v1/${path}`, { ...init, headers })).text();
    outputs.push([`${init.method ?? "GET"} ${path.slice(0, 60)}`, text]);
    return text;
  };
  const statusOf = async (run: string): Promise<string> => String((JSON.parse(await call(`runs/${run}`)) as { status?: unknown }).status);
  return {
    start: async (workflow, input) => {
      const { run } = JSON.parse(await call("runs", { method: "POST", body: JSON.stringify({ workflow, input }) })) as { run: string };
      return run;
    },
    ended: async (runs) => {
      for (const run of runs) await until(`run ${run} to end`, 120_000, async () => ENDED.has(await statusOf(run)));
    },
    read: async (run) => {
      const events = await fetch(`${gateway}/v1/runs/${run}/events`, {
        headers: { authorization: `Bearer ${key}` },
        signal: AbortSignal.timeout(400),
      });
      const chunks: string[] = [];
      try {
        for await (const chunk of events.body ?? []) chunks.push(Buffer.from(chunk).toString());
      } catch {
        // a run that is parked has no end: what came in the meantime is looked at
      }
      outputs.push([`the feed of ${run}`, chunks.join("")]);
    },
    problems: async (canaries) => {
      for (const { value } of canaries.slice(0, 15)) {
        const oneLine = value.replaceAll("\n", "");
        await call(`runs/${encodeURIComponent(oneLine)}`);
        await call(`runs?${encodeURIComponent(oneLine)}`, { method: "PUT" });
        await call("runs", { method: "POST", body: JSON.stringify({ workflow: "leakers.leak", [value]: value }) });
        await call("runs", { method: "POST", body: `{"workflow": ${value}` });
        await call("events", { method: "POST", body: "x", headers: { "content-type": `application/${oneLine.replaceAll(/\W/g, "-")}` } });
        const event = { specversion: "1.0", id: "1", source: "/prove", type: `com.${oneLine}`, data: {} };
        await call("events", { method: "POST", body: JSON.stringify(event), headers: { "content-type": "application/cloudevents+json" } });
      }
    },
  };
}

/** A run whose model call is refused in words that have the keys in them. */
async function refused(edge: Edge, models: ModelServer, status: number, keys: readonly Canary[]): Promise<string> {
  const message = `invalid x-api-key: ${keys.map(({ value, text }) => `${value} (${text})`).join(", ")}`;
  const page = `<html><head><title>${message}</title></head><body>${message}</body></html>`;
  const body = status === 502 ? page : { type: "error", error: { type: "invalid_request_error", message } };
  await models.control({ refuse: { status, body } });
  return edge.start("leakers.leak", { how: "model", from: 0, to: 0 });
}

async function saidBy(args: readonly string[], at: Place): Promise<string> {
  const { stdout, stderr } = await armada(args, at);
  return stdout + stderr;
}

type Environment = { readonly pid: number; readonly about: string; readonly text: string };

/** Every process that `up` has started, and itself, with its environment. */
function environments(up: number): Environment[] {
  return familyOf(up).map(({ pid, args }) => ({
    pid,
    about: `${pid} ${args.join(" ").slice(0, 100)}`,
    text: readFileSync(`/proc/${pid}/environ`, "utf8"),
  }));
}

/** Who has a secret and needs none: all but `up`, which was given them, and the team that they are for. */
function holders(family: readonly Environment[], up: number, { pids }: MeshFile): string[] {
  const theirs = new Set([up, ...(pids.leakers ?? [])]);
  return family.flatMap(({ pid, about, text }) => (theirs.has(pid) ? [] : found(text).map((around) => `${about}: ${around}`)));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

function inFiles(paths: readonly string[], root: string): string[] {
  return paths.flatMap((path) => found(readFileSync(path, "latin1")).map((around) => `${relative(root, path)}: ${around}`));
}
