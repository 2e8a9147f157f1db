import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Article } from "@armada/content/contract";
import { ArmadaError } from "@armada/contracts";
import { type RunState, viewOf } from "@armada/engine/reading";
import type { Objects } from "@armada/event-sourcing";
import { FEDERATION } from "@armada/ledger";
import { ask } from "@armada/operations/mesh/ask";
import { HOME, type MeshFile } from "@armada/operations/mesh/mesh-file";
import { newRunId, openSession, type Session } from "@armada/operations/mesh/session";
import { type Config, modelsFrom, startPrototype } from "@armada/runtime";
import { tellBreakage } from "../demo/breakage.ts";
import { agentCalled, type BrokenAgent, preloadFor } from "../demo/broken-agent.ts";
import { type FailingEnd, failingEnd } from "../demo/failing-end.ts";
import { EXIT } from "../exit.ts";
import { onInterrupt } from "../mesh/interrupt.ts";
import { workEnded } from "../mesh/work-ended.ts";
import { lengthOf, type Output } from "../output.ts";
import { loadServices, productRoot, projectRoot, serviceNames } from "../project.ts";
import { settingsFor } from "../settings.ts";
import { type Folder, readFolder } from "./documents.ts";
import { exitCode, follow, resultOf } from "./run.ts";
import { startMesh, type UpFlags, untilInterrupted } from "./up.ts";

export type DemoFlags = UpFlags & {
  readonly once?: boolean;
  readonly sources?: string;
  readonly topic?: string;
  readonly out?: string;
  readonly stage?: string;
  readonly promote?: string;
  readonly approval?: boolean;
  readonly break?: string;
};

const TEAM = "content";
const WORKFLOW = "create_article";
/** An article that another system asks for. */
const EVENT = JSON.stringify({
  specversion: "1.0",
  id: "1",
  source: "/another/system",
  type: "com.example.article.requested",
  data: {
    topic: "The tram line to Harbour East",
    documents: [
      {
        name: "council.md",
        text: "The council approved the tram line to Harbour East on 4 March 2025. The tram line is 6.2 km long and has nine stops.",
      },
    ],
  },
});
const RESULT_MS = 600_000;
/** How long an article may take while an agent is broken. */
const WITHIN = "3m";
/** What the other teams do with an article may take so long before a mesh that was started for it ends. */
const REST_MS = 60_000;

/** The main job: an article by the content team from a folder of documents. */
export async function demoCommand(flags: DemoFlags, out: Output): Promise<number> {
  if (!(await serviceNames()).includes(TEAM))
    throw new ArmadaError("NO_SUCH_TEAM", `the demo is of the team ${TEAM}, which ${projectRoot} does not have`, {
      hint: "type it in an empty folder: npx armada-mesh demo",
    });
  const folder = resolve(flags.sources ?? (await firstExample()));
  const read = await readFolder(folder);
  const topic = flags.topic ?? read.topic;
  if (topic === undefined) throw new ArmadaError("USAGE", `no topic: ${folder} has no brief.json`, { hint: "give --topic TEXT" });
  const say = out.json ? (line: string): void => void process.stderr.write(`${line}\n`) : out.say;
  for (const { file, why } of read.left) say(`leaving out ${file}: ${why}`);
  out.say(`an article on "${topic}" from ${read.documents.length} documents in ${relative(process.cwd(), folder) || "."}`);
  const { config } = await settingsFor(flags, flags.only?.split(","));
  const chosen = modelsFrom(process.env, config.models);
  const refused = await chosen.checkKey(AbortSignal.timeout(10_000));
  if (refused !== undefined)
    throw new ArmadaError("MODEL_KEY_REFUSED", refused, { hint: "correct or unset the key; without one the local model writes" });
  if (flags.break !== undefined && flags.stage === "prototype")
    throw new ArmadaError("USAGE", "--break wants processes, which --stage prototype has not", { hint: "leave --stage out" });
  if (flags.stage === "prototype") return inPrototype(flags, out, read, topic, { chosen, config });
  if (flags.stage !== undefined && flags.stage !== "team")
    throw new ArmadaError("USAGE", `--stage ${flags.stage} is not served`, { hint: "use prototype or team" });
  const broken = await brokenOf(flags);
  await using end = broken === undefined ? undefined : await tellingEnd(broken, out);
  const started = Date.now();
  const mesh = await startMesh(flags, say, broken === undefined || end === undefined ? undefined : preloadFor(broken, end.url));
  const interrupted = new AbortController();
  onInterrupt(() => {
    interrupted.abort();
    onInterrupt(() => {
      mesh.kill();
      process.exit(EXIT.interrupted);
    });
  });
  out.say(
    `the mesh serves after ${lengthOf(Date.now() - started)}; ${process.env.ARMADA_NATS_SOURCE ?? `nats-server at ${mesh.file.nats}`}`,
  );
  const session = await openSession(flags.mesh, say);
  try {
    let run = "";
    const begin = async (): Promise<string> => {
      run = newRunId(WORKFLOW);
      await session.ask(TEAM, "run_start", run, { workflow: WORKFLOW, input: await briefOf(read, topic, flags, session.objects, broken) });
      return run;
    };
    const published = (id: string, state: RunState): Promise<number> =>
      publish(id, state, flags, out, (value) => resolveRef(value, session));
    const { signal } = interrupted;
    const one = async (): Promise<number> =>
      published(await begin(), await follow(session.log(TEAM), TEAM, run, out, AbortSignal.any([signal, AbortSignal.timeout(RESULT_MS)])));
    const code =
      broken === undefined || end === undefined
        ? await one()
        : await tellBreakage({
            broken,
            end,
            session,
            team: TEAM,
            out,
            signal,
            within: flags.approval === true ? undefined : WITHIN,
            approves: flags.approval !== true,
            begin,
            publish: published,
          });
    if (interrupted.signal.aborted) return EXIT.interrupted;
    if (flags.once !== true) {
      if (code === 0) stayUp(run, mesh.file, out);
      await untilInterrupted(mesh, out.say);
    } else if (
      !(await workEnded(
        session,
        Object.keys(mesh.file.restarts ?? {}),
        AbortSignal.any([interrupted.signal, AbortSignal.timeout(REST_MS)]),
      ))
    )
      say("other teams are still at work with it: `npx armada up` goes on with that");
    return code;
  } finally {
    await session.close();
    await mesh.stop();
  }
}

/** The agent that is to be broken. @throws ArmadaError `USAGE` */
async function brokenOf(flags: DemoFlags): Promise<BrokenAgent | undefined> {
  if (flags.break === undefined) return undefined;
  return agentCalled(
    flags.break,
    (await loadServices(flags.only?.split(","))).map(({ team }) => team),
  );
}

/** Where the broken agent's calls come in, each told in a line. */
async function tellingEnd(broken: BrokenAgent, out: Output): Promise<FailingEnd> {
  const { team, agent } = broken;
  out.say(`${team}.${agent.name} is broken: each of its calls fails until it is mended`);
  return failingEnd(({ call, attempt, ok, at }) => {
    out.emit({ type: "call", team, agent: agent.name, call, attempt, ok, at: new Date(at).toISOString() });
    out.say(`  a call of ${agent.name} ${ok ? "goes through" : "fails"}: ${call}, attempt ${attempt}`);
  });
}

async function inPrototype(
  flags: DemoFlags,
  out: Output,
  read: Folder,
  topic: string,
  { chosen, config }: { chosen: ReturnType<typeof modelsFrom>; config: Config },
): Promise<number> {
  const services = await loadServices(flags.only?.split(","));
  const warn = (message: string): void => void process.stderr.write(`${message}\n`);
  const prototype = startPrototype(
    services.filter(({ name }) => name !== "gateway" && name !== FEDERATION).map((service) => service.team),
    chosen,
    config,
    { info: () => undefined, warn },
  );
  const { log, objects } = prototype.connect(TEAM);
  const run = newRunId(WORKFLOW);
  await ask({ log, objects }, TEAM, "run_start", run, { workflow: WORKFLOW, input: await briefOf(read, topic, flags, objects) });
  const state = await follow(log, TEAM, run, out, AbortSignal.timeout(RESULT_MS));
  const code = await publish(run, state, flags, out, (value) => resolveObject(value, objects));
  await prototype.stop();
  return code;
}

async function briefOf(read: Folder, topic: string, flags: DemoFlags, objects: Objects, broken?: BrokenAgent): Promise<unknown> {
  // Another team's agent is to be one of those that the article needs.
  const promote = flags.promote ?? (broken !== undefined && broken.team !== TEAM ? "ask" : undefined);
  const documents = await Promise.all(read.documents.map(async ({ name, bytes }) => ({ name, digest: await objects.put(bytes) })));
  return {
    topic,
    documents,
    ...(read.questions === undefined ? {} : { questions: read.questions }),
    ...(promote === undefined ? {} : { promote }),
    ...(flags.approval === true ? { approval: true } : {}),
    ...(broken !== undefined && flags.approval !== true ? { within: WITHIN } : {}),
  };
}

/** Writes the article's files and prints the result. */
async function publish(
  run: string,
  state: RunState,
  flags: DemoFlags,
  out: Output,
  resolveValue: (value: unknown) => Promise<unknown>,
): Promise<number> {
  const parsed = Article.safeParse(await resolveValue(state.ended?.output));
  if (!parsed.success) {
    out.emit(resultOf(run, state, null));
    const failure = state.ended?.failure ?? state.stopped;
    out.say(`no article: ${failure?.message ?? "the run has not ended"} (${failure?.code ?? "RUN_OPEN"})`);
    if (failure?.hint !== undefined) out.say(`  ${failure.hint}`);
    const details = failure !== undefined && "details" in failure ? failure.details : undefined;
    if (details !== undefined) out.say(`  ${JSON.stringify(details)}`);
    return exitCode(state);
  }
  const { article, html, cover, ...rest } = parsed.data;
  const folder = resolve(flags.out ?? join(HOME, "articles", run));
  await mkdir(folder, { recursive: true });
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const paths = {
    article: await write("article.md", article),
    html: await write("article.html", html),
    cover: await write("cover.svg", cover),
  };
  out.emit(resultOf(run, state, { ...paths, ...rest }));
  const { status } = viewOf(TEAM, run, state);
  out.say(`${status}: ${rest.metadata.title}`);
  out.say(
    `  ${rest.statements.length} sourced statements, ${rest.unsourced.length} unsourced, ${rest.contradictions.length} contradictions between the sources`,
  );
  for (const { what } of rest.degraded) out.say(`  ${what}`);
  for (const { file, why } of rest.skipped) out.say(`  left out ${file}: ${why}`);
  out.say(`  ${paths.article}`);
  out.say(`  ${pathToFileURL(paths.html).href}`);
  return exitCode(state);
}

async function resolveRef(value: unknown, session: Session): Promise<unknown> {
  return resolveObject(value, session.objects);
}

async function resolveObject(value: unknown, objects: Objects): Promise<unknown> {
  if (typeof value !== "object" || value === null || !("$object" in value) || typeof value.$object !== "string") return value;
  const owner = "team" in value && typeof value.team === "string" ? value.team : undefined;
  return JSON.parse(Buffer.from(await objects.get(value.$object, owner)).toString("utf8"));
}

/** What to try next: three commands that work as they stand, in another terminal and the same folder. */
function stayUp(run: string, mesh: MeshFile, out: Output): void {
  const { gateway, keys, pids } = mesh;
  const [pid] = pids[TEAM] ?? [];
  out.say("the mesh stays up; try in another terminal:");
  if (gateway !== undefined) {
    const key = relative(process.cwd(), join(keys, "gateway.key"));
    out.say(
      `  curl -sS ${gateway}/v1/events -H "authorization: Bearer $(cat ${key})" -H 'content-type: application/cloudevents+json' -d '${EVENT}'`,
    );
  }
  out.say(`  npx armada trace ${run}`);
  if (pid !== undefined) out.say(`  kill -9 ${pid}    # the ${TEAM} team: it is started again and goes on`);
  out.say("Ctrl-C ends it");
}

async function firstExample(): Promise<string> {
  const examples = join(productRoot, "examples");
  const [first] = (await readdir(examples, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  if (first === undefined) throw new ArmadaError("NO_SUCH_FOLDER", "examples/ has no folder", { hint: "give --sources DIR" });
  return join(examples, first);
}
