import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { type ModelServer, startModelServer } from "../harness/model-server.ts";
import { freePort } from "../harness/nats-by-hand.ts";
import { armada, type Ended, type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { showRun } from "../judges/runs.ts";
import { readTeam } from "../judges/streams.ts";
import { limitTooLow, type MoneyError, moneyErrors } from "./money-errors.ts";

const ZONE = "Europe/Berlin";
/** One of them has another date than Berlin at any time. */
const FAR = ["Pacific/Kiritimati", "Pacific/Pago_Pago"] as const;
const KEYS = { there: "prove", refusing: "another" } as const;

/** What people get wrong about models and money, each said with its code, what is wrong, and what to do. */
export async function* run({ say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["content", "gateway"]);
  writeSpender(copy, limitTooLow.agent ?? "");
  using at = place({}, copy.root);
  using elsewhere = place({}, copy.root);
  await using there = await startModelServer(at.cwd, "prices", 0, ["--keys", KEYS.there]);
  await using refusing = await startModelServer(elsewhere.cwd, "prices", 0, ["--keys", KEYS.refusing]);
  const [inCode, others] = [moneyErrors.filter((one) => one.agent !== undefined), moneyErrors.filter((one) => one.agent === undefined)];
  const faults: string[] = [];
  for (const [i, one] of others.entries()) {
    if (i % 5 === 0) say(`bad-input: ${i} of ${moneyErrors.length}`);
    faults.push(...(await tried(one, at, { there, refusing })));
  }
  for (const one of inCode) {
    writeSpender(copy, one.agent ?? "");
    faults.push(...(await tried(one, at, { there, refusing })));
  }
  await there.control({ refuse: null });
  writeSpender(copy, limitTooLow.agent ?? "");
  yield atLeast("cases", moneyErrors.length + 1, 12);
  yield none("cases that are not said with their code, message, next step and exit code", faults);
  yield* onMesh(at, say);
}

/** A mesh that starts before its provider, by a clock of another zone than its budgets'. */
async function* onMesh(place: Place, say: (line: string) => void): AsyncGenerator<Figure> {
  const port = await freePort();
  const far = FAR.find((zone) => dayIn(zone, Date.now()) !== dayIn(ZONE, Date.now())) ?? FAR[0];
  const env = { ANTHROPIC_API_KEY: KEYS.there, ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`, ARMADA_BUDGETS_ZONE: ZONE, TZ: far };
  const at: Place = { ...place, env: { ...place.env, ...env } };
  say(`bad-input: a mesh in ${far} whose budgets count by ${ZONE}`);
  await using mesh = await up(["--only", "spender"], at);
  const warned = await until("the line about the provider", 20_000, () => /MODEL_UNREACHABLE/.test(mesh.said())).catch(() => false);
  yield holds("a provider that is down at the start is said, and the mesh serves", warned, mesh.said());
  await using _provider = await startModelServer(place.cwd, "prices", 0, ["--keys", KEYS.there, "--port", String(port)]);
  const usual = await spend("usual", at);
  yield count("a run once the provider is there: exit code", usual.code, 0, usual.stdout + usual.stderr);
  yield* tooLow(at);
  yield* clock(at, mesh);
}

async function* tooLow(at: Place): AsyncGenerator<Figure> {
  const { code, says, next, exit } = limitTooLow;
  const ended = await spend("frugal", at);
  yield count(`${limitTooLow.wrong}: exit code`, ended.code, exit, ended.stderr);
  const { run: id } = z.looseObject({ run: z.string() }).parse(ended.lines.at(-1));
  const { status, reason } = await showRun(id, at);
  yield holds(`${limitTooLow.wrong}: the run stops`, status === "stopped", status);
  const said = reason?.code === code && reason.message.includes(says) && reason.hint?.includes(next) === true;
  yield holds(`${limitTooLow.wrong}: code, message and next step`, said, JSON.stringify(reason));
}

const Granted = z.object({ day: z.string() });
const Budget = z.looseObject({ type: z.string(), period: z.string().optional(), resetAt: z.string().optional() });

async function* clock(at: Place, mesh: Up): AsyncGenerator<Figure> {
  const stored = await readTeam("spender", mesh.mesh());
  const granted = stored.flatMap(({ time, events }) =>
    events.flatMap(({ type, data }) => (type === "armada.ledger.granted" ? [{ time, ...Granted.parse(data) }] : [])),
  );
  yield atLeast("blocks that the ledger granted", granted.length, 1);
  const wrong = granted.filter(({ time, day }) => day !== dayIn(ZONE, time)).map(({ day }) => day);
  yield none(`blocks of another day than that of ${ZONE}`, wrong);
  const resets = await Promise.all(
    ["UTC", ...FAR].map(async (TZ) => {
      const { lines } = await armada(["budgets", "--json"], { ...at, env: { ...at.env, TZ } });
      return lines.map((line) => Budget.parse(line)).find(({ period }) => period === "day")?.resetAt ?? "";
    }),
  );
  const [reset = ""] = resets;
  yield holds("budgets begin again at one instant, by any clock", reset !== "" && new Set(resets).size === 1, resets.join(", "));
  const last = Date.parse(reset) - 1;
  const midnight = dayIn(ZONE, last) === granted.at(-1)?.day && dayIn(ZONE, last + 1) !== granted.at(-1)?.day;
  yield holds(`which is midnight in ${ZONE}`, midnight, reset);
}

/** What a case's command does other than it ought to. */
async function tried(one: MoneyError, at: Place, models: { there: ModelServer; refusing: ModelServer }): Promise<string[]> {
  const { refuses } = one;
  await models.there.control({
    refuse: refuses === undefined ? null : { status: refuses.status, body: { type: "error", error: refuses.error } },
  });
  const ended = await armada([...one.command, "--json"], { ...at, env: { ...at.env, ...providerOf(one, models), ...one.env } }, 30_000);
  const said = saidBy(ended, one.code);
  const faults = [
    ...(ended.code === one.exit ? [] : [`exit code ${ended.code}`]),
    ...(said === undefined ? [`no ${one.code}`] : []),
    ...(said === undefined || said.includes(one.says) ? [] : [`not said: ${one.says}`]),
    ...(said === undefined || said.includes(one.next) ? [] : [`not what to do: ${one.next}`]),
    ...(/\n\s+at /.test(ended.stderr) ? ["a stack trace"] : []),
    ...(existsSync(join(at.cwd, ".armada/mesh.json")) ? ["a mesh was started"] : []),
  ];
  return faults.length === 0 ? [] : [`${one.wrong}: ${faults.join(", ")}; it said: ${ended.stdout.slice(-300)}${ended.stderr.slice(-300)}`];
}

const Line = z.looseObject({
  type: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
  hint: z.string().optional(),
  value: z.unknown().optional(),
  next: z.string().optional(),
});

/** What an error's line, or a finding's, says: message and next step. */
function saidBy({ lines }: Ended, code: string): string | undefined {
  for (const line of lines.map((one) => Line.parse(one))) {
    if (line.type === "error" && line.code === code) return `${line.message} ${line.hint}`;
    if (line.type === "finding" && line.value === code) return line.next;
  }
  return undefined;
}

function providerOf({ provider }: MoneyError, { there, refusing }: { there: ModelServer; refusing: ModelServer }): Record<string, string> {
  switch (provider) {
    case undefined:
      return {};
    case "there":
      return { ...there.env };
    case "refusing":
      return { ...refusing.env };
    case "proxy": {
      const model = "openai/gpt-x";
      const tiers = { ARMADA_MODELS_TIERS_WORKER: model, ARMADA_MODELS_TIERS_SPECIALIST: model, ARMADA_MODELS_TIERS_ORCHESTRATOR: model };
      return { OPENAI_API_KEY: KEYS.there, OPENAI_BASE_URL: `${there.env.ANTHROPIC_BASE_URL}/v1`, ...tiers };
    }
    case "down":
      return { ...there.env, ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
    default:
      return provider satisfies never;
  }
}

/** Runs the workflow that asks one agent, and waits. */
function spend(agent: string, at: Place): Promise<Ended> {
  return armada(["run", "spender.spend", "--input", JSON.stringify({ agent }), "--wait", "--json"], at, 60_000);
}

function dayIn(zone: string, at: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

/** The team `spender` of two agents that ask models; `how` is what the first says of itself. */
function writeSpender(copy: Checkout, how: string): void {
  copyTeam(copy, "spender");
  copy.write("services/spender/src/frugal.ts", `export const frugal = { ${how} };\n`);
}
