import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { type OutsideEvent, sendEvents } from "../harness/gateway-events.ts";
import { here, type MeshFile, pause, place, type Up, until, up } from "../harness/product.ts";
import { atLeast, atMost, count, type Figure, holds, none, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, stepsOf } from "../judges/journals.ts";
import { allEnded } from "../judges/runs.ts";
import { type Broken, brokenEdits, type Files, type Good, goodEdits, mended, untyped } from "./dev-edits.ts";

const SRC = "services/beta/src";
const POKED = "com.example.beta.poked";
const LATER = "com.example.beta.later";
const EVERY_MS = 50;
/** What a person takes to look up from an edit. */
const REST_MS = 3_000;
const SHORT_REST_MS = 1_000;
const SAID_MS = 30_000;
const SETTLED_MS = 60_000;

const Restart = z.object({
  type: z.literal("restart"),
  team: z.string(),
  status: z.string(),
  problem: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      file: z.string().optional(),
      line: z.number().optional(),
    })
    .optional(),
});
type Restart = z.infer<typeof Restart>;
const Types = z.object({ type: z.literal("types"), errors: z.array(z.object({ file: z.string(), code: z.string() })) });

/**
 * `armada dev` runs two teams, one under an event every 50 ms, and that one is edited. What holds serves within 1.5 s of being saved,
 * what does not is told with its sentence and its place while the code before goes on; no run is lost, and the other team is left alone.
 */
export const run: Proof = async function* ({ short, say }): AsyncGenerator<Figure> {
  using copy = copyCheckout(["gateway"]);
  for (const name of ["beta", "quiet"]) copyTeam(copy, name);
  if (!short) typed(copy);
  const files: Files = { team: `${read(copy, "team.ts")}import "./note.ts";\n`, contract: read(copy, "contract.ts") };
  write(copy, { "team.ts": files.team, "note.ts": "export const note = 0;\n" });
  const rest = short ? SHORT_REST_MS : REST_MS;
  const good = goodEdits(files);
  const broken = short ? brokenEdits(files).slice(0, 2) : brokenEdits(files);
  using at = place({}, copy.root);
  await using mesh = await up(["--port", "0"], at, "dev");
  const before = mesh.mesh();
  const to = { gateway: before.gateway ?? "", key: before.key ?? "" };
  const load = loadOn(to);
  const took: number[] = [];
  let later = 0;
  const hold = async (edit: Good, n: number): Promise<void> => {
    const { line, ms } = await edited(mesh, () => write(copy, edit.files(n)));
    if (line.status !== "restarted") throw new Error(`${edit.name}: ${JSON.stringify(line)}`);
    took.push(ms);
    if (edit.later) await send(to, { id: `later${later++}`, type: LATER, data: { text: `later${n}` } });
    await pause(rest);
  };
  try {
    await pause(rest);
    const edits = short ? 4 : 31;
    const between = short ? 1 : 3;
    for (let n = 0; n < edits; n++) {
      const edit = good[n % good.length];
      if (edit === undefined) continue;
      say(`edit ${n + 1} of ${edits}: ${edit.name}`);
      await hold(edit, n);
      const wrong = broken[n / between];
      if (wrong === undefined) continue;
      yield await refused(mesh, copy, wrong);
      await pause(rest);
      await hold(mended(files), n);
    }
    if (!short) yield await typesTold(mesh, copy, files);
  } finally {
    await load.stop();
  }
  yield atLeast("edits that hold", took.length, short ? 6 : 40);
  took.sort((a, b) => a - b);
  // The short form shares two cores with others: there it only holds that nobody waits for a drain or a second delivery.
  yield atMost(
    "from saving a file to its code serving, ms: p95",
    Math.round(took[Math.ceil(took.length * 0.95) - 1] ?? Infinity),
    short ? 15_000 : 1_500,
    `p50 ${Math.round(took[took.length >> 1] ?? 0)}, most ${Math.round(took.at(-1) ?? 0)}`,
  );
  const wanted = load.sent() + later;
  const journals = await allEnded("beta", wanted, () => mesh.mesh(), SETTLED_MS);
  yield count("runs of the events", journals.size, wanted);
  yield none(
    "runs that did not complete",
    [...journals.values()].flatMap(({ run: id, ends }) => (ends.join() === "completed" ? [] : [`${id}: ${ends.join()}`])),
  );
  yield none("steps and runs without one outcome", faultsOf(journals.values()));
  yield none(
    "attempts that were lost or failed",
    stepsOf(journals.values()).flatMap(({ run: id, step }) => (step.lost + step.failed === 0 ? [] : [`${id}: step ${step.n}`])),
  );
  const after = mesh.mesh();
  const others = ({ pids }: MeshFile): string => JSON.stringify([pids.quiet, pids.gateway, pids.nats]);
  yield holds("all else runs as it did", others(after) === others(before), `${others(before)} ${others(after)}`);
};

/** The edit is told as it should be, and the replica is the one of before. */
async function refused(mesh: Up, copy: Checkout, wrong: Broken): Promise<Figure> {
  const { pids } = mesh.mesh();
  const { line } = await edited(mesh, () => write(copy, wrong.files()));
  const { problem } = line;
  const said = `${problem?.message ?? ""} ${problem?.hint ?? ""}`;
  const told = line.status === "refused" && problem?.code === wrong.code && wrong.says.test(said) && problem.file === wrong.file;
  const now = mesh.mesh().pids;
  return holds(
    `told, and what ran goes on: ${wrong.name}`,
    told && JSON.stringify(now.beta) === JSON.stringify(pids.beta),
    JSON.stringify(line),
  );
}

async function typesTold(mesh: Up, copy: Checkout, files: Files): Promise<Figure> {
  const from = mesh.printed().length;
  write(copy, { "team.ts": untyped(files), "contract.ts": files.contract });
  const errors = await until("the type error to be told", SETTLED_MS, () =>
    linesIn(mesh.printed().slice(from), Types).findLast((one) => one.errors.length > 0),
  );
  const restarted = linesIn(mesh.printed().slice(from), Restart).some(({ status }) => status === "restarted");
  const [error] = errors.errors;
  return holds(
    "told, and restarted all the same: a type",
    restarted && error?.code === "TS2322" && error.file === `${SRC}/team.ts`,
    JSON.stringify(errors),
  );
}

/** What becomes of an edit, and how long after it. */
async function edited(mesh: Up, edit: () => void): Promise<{ readonly line: Restart; readonly ms: number }> {
  const from = mesh.printed().length;
  const began = performance.now();
  edit();
  const line = await until("the edit to be told", SAID_MS, () => linesIn(mesh.printed().slice(from), Restart)[0]).catch(() => {
    throw new Error(`the edit was not told within ${SAID_MS} ms; ${mesh.said()} ${mesh.printed().slice(from)}`);
  });
  return { line, ms: performance.now() - began };
}

function linesIn<T>(text: string, schema: z.ZodType<T>): T[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole.split("\n").flatMap((line) => (line.startsWith("{") ? (schema.safeParse(JSON.parse(line)).data ?? []) : []));
}

/** As a client does: what was not accepted, while the server reads who may connect, is sent again with its id. */
async function send(to: Pick<MeshFile, "gateway" | "key">, event: OutsideEvent): Promise<void> {
  let why = "";
  await until("an event to be accepted", SAID_MS, () =>
    sendEvents(to, [event]).then(
      () => true,
      (error: unknown) => {
        why = String(error);
        return false;
      },
    ),
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; ${why}`);
  });
}

/** An event every 50 ms until it is told to stop. `sent`: those that were accepted. */
function loadOn(to: Pick<MeshFile, "gateway" | "key">): { sent(): number; stop(): Promise<void> } {
  let sent = 0;
  let stopped = false;
  const poke = (n: number): OutsideEvent => ({ id: `poke${n}`, type: POKED, data: { text: `poke${n}` } });
  const feeding = (async () => {
    while (!stopped) {
      await send(to, poke(sent));
      sent++;
      await pause(EVERY_MS);
    }
  })();
  return {
    sent: () => sent,
    stop: () => {
      stopped = true;
      return feeding;
    },
  };
}

/** The copy gets what a project with types has; of it the edited team alone is checked. */
function typed(copy: Checkout): void {
  copy.write("tsconfig.base.json", readFileSync(join(here, "tsconfig.base.json"), "utf8"));
  copy.write("tsconfig.json", JSON.stringify({ extends: "./tsconfig.base.json", include: [SRC] }));
}

function read(copy: Checkout, name: string): string {
  return readFileSync(join(copy.root, SRC, name), "utf8");
}

function write(copy: Checkout, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(copy.root, SRC, name), text);
}
