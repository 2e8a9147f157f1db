import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startService } from "../harness/by-hand.ts";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { armada, here, type Place, place, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { briefFile, type RunShown, showRun, startRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";
import { loops } from "./loops.ts";

const WORKFLOW = "services/content/src/workflows/create-article.ts";
const TEAM = "services/content/src/team.ts";
const SERVED = "workflows: [createArticle, createArticleV1]";
/** The line that is edited, and what it becomes: the second call of the journal is then another one. */
const LINE = "const edited = labelled(editor.name, await ctx.ask(editor, draft));";
const EDITED = "const edited = draft;";
const ERROR = /^create_article v2, call 2: the journal holds: .*\beditor\b.*; the code asked: .*\bfact_checker\b.*$/u;
const HINT = /`armada runs retry [^`]+`/u;

/** An edit that a journal does not fit stops the run and loses nothing; versions live side by side until their runs have ended. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["content", "marketing"]);
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "content-paraphrase");
  const paid: Place = { ...at, env: models.env };
  const about = { copy, at: paid, models, brief: briefFile(at, { approval: true }), say };
  yield* editedInPlace(about);
  yield* sideBySide(about);
  if (!short) yield* loops(3_000);
}

type Scene = {
  readonly copy: Checkout;
  readonly at: Place;
  readonly models: ModelServer;
  readonly brief: string;
  readonly say: (line: string) => void;
};

async function* editedInPlace({ copy, at, models, brief, say }: Scene): AsyncGenerator<Figure> {
  const before = await up([], at);
  const run = await startRun("content.create_article", brief, at);
  await status(run, "waiting", at);
  await before.stop();
  say("editing create_article in place");
  copy.write(WORKFLOW, original(WORKFLOW).replace(LINE, EDITED));
  const edited = await up([], at);
  await armada(["runs", "approve", run, "--json"], at);
  const stopped = await status(run, "stopped", at);
  yield holds("edited in place: the run stops with WORKFLOW_CHANGED", stopped.reason?.code === "WORKFLOW_CHANGED", JSON.stringify(stopped));
  yield holds("the error names step, journal and code", ERROR.test(stopped.reason?.message ?? ""), JSON.stringify(stopped.reason));
  yield holds("the error names the next command", HINT.test(stopped.reason?.hint ?? ""), JSON.stringify(stopped.reason));
  await edited.stop();
  copy.write(WORKFLOW, original(WORKFLOW));
  await using after = await up([], at);
  const retried = await armada(["runs", "retry", run, "--json"], at);
  yield count("the edit undone, `runs retry`: exit code", retried.code, 0, retried.stdout + retried.stderr);
  const ended = await status(run, "completed", at);
  yield holds("the run completes", ended.status === "completed", JSON.stringify(ended));
  yield* noRepeats("after the edit was undone", [run], models);
  yield none("steps and runs without one outcome", faultsOf(journalsOf("content", await readTeam("content", after.mesh())).values()));
}

async function* sideBySide({ copy, at, models, brief, say }: Scene): AsyncGenerator<Figure> {
  const before = await up([], at);
  const old: string[] = [];
  for (let i = 0; i < 3; i++) old.push(await startRun("content.create_article", brief, at));
  for (const run of old) await status(run, "waiting", at);
  await before.stop();
  const [first = "", second = "", third = ""] = old;
  say("v3 beside v2");
  writeVersions(copy, "[createArticleV3, createArticle]");
  const both = await up([], at);
  const [newer, newest] = [await startRun("content.create_article", brief, at), await startRun("content.create_article", brief, at)];
  for (const run of [newer, newest]) await status(run, "waiting", at);
  for (const run of [first, newer]) await armada(["runs", "approve", run, "--json"], at);
  yield* endsOn("v3 beside v2: the old run", first, 2, at);
  yield* endsOn("v3 beside v2: the new run", newer, 3, at);
  await both.stop();

  say("one replica with only v2, one with only v3");
  await using mesh = await up(["--replicas", "content=0"], at);
  using onlyOld = copyCheckout(["content", "marketing"]);
  using onlyNew = copyCheckout(["content", "marketing"]);
  writeVersions(onlyOld, "[createArticle]");
  writeVersions(onlyNew, "[createArticleV3]");
  const { nats, keys } = mesh.mesh();
  const env = { ...at.env, NATS_URL: nats, NATS_CREDS: keys };
  const replicas = [onlyOld, onlyNew].map(({ root }) => startService("content", { ...at, root, env }));
  try {
    await Promise.all(replicas.map((one) => one.says(/ serves\b/u)));
    for (const run of [second, newest]) await armada(["runs", "approve", run, "--json"], at);
    yield* endsOn("replicas of one version each: the old run", second, 2, at);
    yield* endsOn("replicas of one version each: the new run", newest, 3, at);
  } finally {
    for (const { child } of replicas) child.kill("SIGTERM");
    await Promise.all(replicas.map(({ gone }) => gone));
  }
  await mesh.stop();

  say("v2 gone");
  writeVersions(copy, "[createArticleV3]");
  await using _without = await up([], at);
  await armada(["runs", "approve", third, "--json"], at);
  const listed = (await armada(["runs", "list", "--json"], at)).lines.find((line) => line.run === third);
  yield holds(
    "v2 gone: `runs list` says what is missing",
    /create_article v2\b/u.test(JSON.stringify(listed?.reason ?? "")),
    JSON.stringify(listed),
  );
  yield* noRepeats("over all versions", [...old, newer, newest], models);
}

function writeVersions(copy: Checkout, served: string): void {
  const v3 = original(WORKFLOW)
    .replace("export const createArticle = workflow({", "export const createArticleV3 = workflow({")
    .replace("version: 2,", "version: 3,")
    .replace(LINE, EDITED);
  copy.write(WORKFLOW.replace(".ts", "-v3.ts"), v3);
  const team = original(TEAM).replace(SERVED, `workflows: ${served}`);
  copy.write(TEAM, `import { createArticleV3 } from "./workflows/create-article-v3.ts";\n${team}`);
}

/** @throws Error where the file is not as this proof edits it */
function original(path: string): string {
  const text = readFileSync(join(here, path), "utf8");
  const wanted = path === TEAM ? SERVED : LINE;
  if (!text.includes(wanted)) throw new Error(`${path} has no ${JSON.stringify(wanted)} to edit: change this proof with it`);
  return text;
}

async function* endsOn(name: string, run: string, version: number, at: Place): AsyncGenerator<Figure> {
  const ended = await status(run, "completed", at);
  yield holds(`${name} ends on v${version}`, ended.status === "completed" && ended.version === version, JSON.stringify(ended));
}

/** Waits for a status, a while; answers what there is then. */
async function status(run: string, wanted: string, at: Place): Promise<RunShown> {
  let last: RunShown | undefined;
  await until(`${run} to be ${wanted}`, 25_000, async () => {
    last = await showRun(run, at).catch(() => undefined);
    return last?.status === wanted;
  }).catch(() => undefined);
  return last ?? (await showRun(run, at));
}

/** One call of the model server for each step that asked it. */
async function* noRepeats(when: string, runs: readonly string[], models: ModelServer): AsyncGenerator<Figure> {
  const keys = models.calls().flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  const own = keys.filter((key) => runs.some((run) => key.startsWith(`${run}-`)));
  yield count(`${when}: model calls of its runs, each step once`, own.length, new Set(own).size, own.join(" "));
}
