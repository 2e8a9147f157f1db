import { midnights } from "../engine/virtual-midnight.ts";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { startModelServer } from "../harness/model-server.ts";
import { armada, type Place, place, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { type ProviderLine, providerLog } from "../judges/money.ts";
import { type RunShown, showRun, startRun } from "../judges/runs.ts";
import { startReceiver } from "../product/otlp.ts";
import { copyBuyers } from "./buyers.ts";

const SHARE = 0.8;
const CALLS = 8;
/** Room for some of them. */
const SOME_TOKENS = 12_000;
const ENDED = new Set(["completed", "degraded", "failed", "stopped", "cancelled"]);

/** Near a limit calls get a cheaper tier, and everybody is told; at the limit the configured policy holds, until it begins again. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyBuyers(copy);
  const cost = await costOfOne(copy);
  say(`a call of the dearest tier costs $${(cost / 1_000_000).toFixed(6)}`);
  yield* await near(copy, cost, short ? 15 : 30);
  for (const policy of ["wait", "fallback", "stop"] as const) yield* await at(policy, copy, cost, short);
  yield* await midnights();
}

/** What a call of the agent `thinker` costs. */
async function costOfOne(copy: Checkout): Promise<number> {
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices");
  const paid: Place = { ...at, env: { ...at.env, ...models.env } };
  await using _ = await up([], paid);
  await settled(await startRun("buyers.buy", input("thinker", 1), paid), paid);
  return ended(providerLog(models.log))[0]?.costMicros ?? 0;
}

/** The agents ask one after the other, so that the order of the provider's log is the order of spending. */
async function near(copy: Checkout, cost: number, calls: number): Promise<Figure[]> {
  using at = place({}, copy.root);
  await using models = await startModelServer(at.cwd, "prices");
  await using receiver = await startReceiver(at.cwd);
  const limit = cost * calls;
  const paid: Place = { ...at, env: { ...at.env, ...models.env, ...receiver.env, ARMADA_BUDGETS_TEAMS_BUYERS: `${dollars(limit)}/day` } };
  await using mesh = await up([], paid);
  const run = await startRun("buyers.buy", input("thinker", calls - 1), paid);
  const shown = await settled(run, paid);
  const log = ended(providerLog(models.log));
  const wrong = misplaced(log, limit);
  const cheaper = log.filter(({ model }) => model !== log[0]?.model).length;
  const told = shown.steps.filter(({ degraded }) => codeOf(degraded) === "BUDGET_DOWNGRADE").length;
  const waited = await armada(["runs", "show", run], paid);
  const inTree = waited.stdout.split("\n").filter((line) => line.includes("instead of orchestrator")).length;
  await mesh.stop();
  const spans = receiver
    .spans()
    .filter(({ attributes }) => JSON.stringify(attributes["armada.degraded"] ?? "").includes("instead of orchestrator"));
  return [
    holds("calls of a cheaper model, by the provider's log", cheaper > 0, `${log.length} calls`),
    none("calls of the wrong model before or after four fifths, by the provider's log", wrong),
    count("steps whose outcome says so", told, cheaper),
    count("lines of `runs show` that say so", inTree, cheaper),
    count("spans that say so", spans.length, cheaper),
    holds("the run ends as degraded", shown.status === "degraded", shown.status),
  ];
}

async function at(policy: "wait" | "fallback" | "stop", copy: Checkout, cost: number, short: boolean): Promise<Figure[]> {
  using where = place({}, copy.root);
  await using models = await startModelServer(where.cwd, "prices");
  const env = { ...where.env, ...models.env, ARMADA_BUDGETS_DOWNGRADE_AT: "1", ARMADA_BUDGETS_LEASE: "2s" };
  const poor: Place = {
    ...where,
    env: {
      ...env,
      ARMADA_BUDGETS_TEAMS_BUYERS: `${dollars(cost * 400)}/day, ${SOME_TOKENS} tokens/month`,
      ARMADA_BUDGETS_AT_LIMIT: policy,
    },
  };
  const figure = (one: Figure): Figure => ({ ...one, name: `at the limit, ${policy}: ${one.name}` });
  const first = await up([], poor);
  let run: string;
  let shown: RunShown;
  try {
    run = await startRun("buyers.buy", input("essayist", CALLS), poor);
    shown = await settled(run, poor, policy === "wait");
  } finally {
    await first.stop();
  }
  const asked = ended(providerLog(models.log)).length;
  const some = holds("some calls were made, and not all", asked > 0 && asked < CALLS, `${asked} of ${CALLS}`);
  if (policy === "fallback") {
    const degraded = shown.steps.filter((step) => codeOf(step.degraded) === "BUDGET_EXHAUSTED").length;
    return [
      some,
      holds("the run ends as degraded", shown.status === "degraded", shown.status),
      count("answers of the fallback", degraded, CALLS - asked),
    ].map(figure);
  }
  const waits = shown.waitingFor?.some(({ kind }) => kind === "budget") === true;
  const said =
    policy === "wait" ? shown.status === "waiting" && waits : shown.status === "stopped" && shown.reason?.code === "BUDGET_EXHAUSTED";
  const rest = holds(
    policy === "wait" ? "the run waits, and says for what" : "the run stops, and says why",
    said,
    JSON.stringify(shown.reason ?? shown.status),
  );
  // What waits looks again once a minute, which the short form leaves out.
  if (short && policy === "wait") return [some, rest].map(figure);
  // The limit is raised: what waits or has stopped goes on, and nothing is asked twice.
  const rich: Place = { ...poor, env: { ...poor.env, ARMADA_BUDGETS_TEAMS_BUYERS: `${dollars(cost * 400)}/day` } };
  await using _ = await up([], rich);
  if (policy === "stop") await armada(["runs", "retry", run], rich);
  const after = await settled(run, rich);
  const all = ended(providerLog(models.log)).length;
  return [
    some,
    rest,
    holds("with a higher limit it completes", after.status === "completed", after.status),
    count("calls in all", all, CALLS),
  ].map(figure);
}

function input(agent: string, times: number): string {
  return JSON.stringify({ agent, items: Array.from({ length: times }, (_, i) => `thing ${i}`), together: false });
}

/** The run as it is shown when it has ended, or `waiting`. */
async function settled(run: string, at: Place, waiting = false): Promise<RunShown> {
  return until(`run ${run} to come to rest`, 150_000, async () => {
    const shown = await showRun(run, at);
    return ENDED.has(shown.status) || (waiting && shown.status === "waiting") ? shown : undefined;
  });
}

function ended(lines: readonly ProviderLine[]): ProviderLine[] {
  return lines.filter(({ event, billed }) => event === "end" && billed);
}

/** The dearest model before four fifths of the limit are spent, and never after. */
function misplaced(log: readonly ProviderLine[], limit: number): string[] {
  let spent = 0;
  return log.flatMap(({ model, costMicros }, index) => {
    const dearest = spent / limit < SHARE;
    spent += costMicros;
    return (model === log[0]?.model) === dearest ? [] : [`call ${index + 1}: ${model} at ${spent - costMicros} of ${limit}`];
  });
}

function codeOf(degraded: unknown): unknown {
  return typeof degraded === "object" && degraded !== null && "code" in degraded ? degraded.code : undefined;
}

function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(6)}`;
}
