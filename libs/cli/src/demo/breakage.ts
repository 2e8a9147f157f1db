import { setTimeout as sleep } from "node:timers/promises";
import type { Duration } from "@armada/contracts";
import { type RunState, viewOf } from "@armada/engine/reading";
import type { Session } from "@armada/operations/mesh/session";
import { approval, controlRun, retrial } from "@armada/operations/runs/controls";
import { healthCommand } from "../commands/health.ts";
import { followLines } from "../commands/run.ts";
import { EXIT } from "../exit.ts";
import { lengthOf, type Output } from "../output.ts";
import { runTree } from "../render/run-tree.ts";
import { watchRun } from "../runs/watch-run.ts";
import type { BrokenAgent } from "./broken-agent.ts";
import type { FailingEnd } from "./failing-end.ts";
import { type ToldBreaker, tellBreaker } from "./told-breaker.ts";

/** What the story of a broken agent needs. `team`: the articles'. */
export type Breakage = {
  readonly broken: BrokenAgent;
  readonly end: FailingEnd;
  readonly session: Session;
  readonly team: string;
  readonly out: Output;
  readonly signal: AbortSignal;
  /** What each article has, at most. */
  readonly within: Duration | undefined;
  /** Where an article is held for a person, nobody is there: the demo approves it. */
  readonly approves: boolean;
  /** Asks for another article; its run. */
  begin(): Promise<string>;
  /** Writes a finished article's files and says what it is; the exit code. */
  publish(run: string, state: RunState): Promise<number>;
};

type Article = {
  readonly run: string;
  /** Resolves once nothing more happens to it by itself, and it is published unless it is parked. */
  settled: Promise<void>;
  state?: RunState;
  code?: number;
};

/** Each article fails a call at least once: more are not wanted until a breaker of five failures opens. */
const ARTICLES = 5;
/** A breaker that was tried changes within this, and what was parked ends, ms. */
const CHANGED_MS = 30_000;
const LOOK_MS = 200;

/**
 * Articles while an agent is broken until its breaker is open, what health says of that, then the agent mended, the call that tries it,
 * and what waited for it; all of it in lines. The exit code: 0 where the breaker opened and closed and each article came out.
 */
export async function tellBreakage(about: Breakage): Promise<number> {
  const { broken, end, session, team, out, signal } = about;
  const { agent } = broken;
  const over = new AbortController();
  const breaker = await tellBreaker(broken, session, out, AbortSignal.any([signal, over.signal]));
  const articles: Article[] = [];
  const next = async (): Promise<Article> => {
    const run = await about.begin();
    const article: Article = { run, settled: Promise.resolve() };
    out.say(`article ${articles.push(article)}: ${run}`);
    article.settled = settle(about, article);
    article.settled.catch(() => undefined); // who waits for it hears of it
    return article;
  };
  try {
    while (articles.length < ARTICLES && breaker.opened() === undefined) {
      const { settled } = await next();
      // Without a fallback it waits for the agent, and goes on with it.
      await (agent.fallback === undefined ? Promise.race([settled, breaker.isOpen]) : settled);
    }
    if (breaker.opened() === undefined) {
      out.complain(`the breaker of ${agent.name} has not opened: ${articles.length} articles made ${end.calls.length} calls of it`);
      return EXIT.failed;
    }
    out.say("what `npx armada health` says of it:");
    await healthCommand(session, out);
    end.mended = true;
    const waits = articles.some(({ state }) => state === undefined);
    out.say(`${agent.name} is mended${waits ? `; what waits for it goes on from ${breaker.until()}` : ""}`);
    if (!waits) {
      await untilDue(breaker.until(), about);
      await next();
    }
    for (const { settled } of articles) await settled;
    await Promise.race([breaker.isClosed, sleep(CHANGED_MS, undefined, { ref: false })]);
    for (const article of articles.filter((one) => isParked(team, one))) {
      out.say(`${article.run} is parked, its attempts used up; it is retried: npx armada runs retry ${article.run}`);
      await controlRun(session, [team], article.run, retrial());
      article.state = await ended(about, article.run);
      await publish(about, article);
    }
    return conclude(about, articles, breaker);
  } finally {
    over.abort();
  }
}

/** Follows an article's run in lines, approves what it asks a person, and publishes it. */
async function settle(about: Breakage, article: Article): Promise<void> {
  const { session, team, out, signal, approves } = about;
  const { run } = article;
  const log = session.log(team);
  const approve = (): void => {
    out.say(`  nobody is there to approve it, so the demo does: npx armada runs approve ${run}`);
    controlRun(session, [team], run, approval({ by: "demo" })).catch((error: unknown) => out.complain(String(error)));
  };
  const asked = new Set<number>();
  const approving = watchRun(
    log,
    team,
    run,
    ({ events }) => {
      for (const event of events)
        if (approves && event.type === "approval.asked" && !asked.has(event.data.n)) {
          asked.add(event.data.n);
          approve();
        }
    },
    signal,
  );
  const [state] = await Promise.all([followLines(log, team, run, out, signal), approving]);
  article.state = state;
  if (!isParked(team, article)) await publish(about, article);
}

async function publish(about: Breakage, article: Article): Promise<void> {
  const { run, state } = article;
  if (state === undefined) return;
  article.code = await about.publish(run, state);
  about.out.say(runTree(viewOf(about.team, run, state)));
}

/** A run that was parked and goes on; as it is after a while where it does not end. */
async function ended({ session, team, signal }: Breakage, run: string): Promise<RunState> {
  for (const late = Date.now() + CHANGED_MS; ; ) {
    const state = await session.state(team, run);
    if (state.ended !== undefined || Date.now() > late) return state;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

function isParked(team: string, { run, state }: Article): boolean {
  return state !== undefined && viewOf(team, run, state).status === "parked";
}

/** Who has a fallback lets nothing wait: the next article brings the call that tries it, once one may. */
async function untilDue(until: string, { out, signal }: Breakage): Promise<void> {
  const left = Math.max(0, Date.parse(until) - Date.now());
  out.say(
    `nothing waits for it: the first article after ${until}, in ${lengthOf(left)}, tries it; Ctrl-C ends it; meanwhile, in another terminal:`,
  );
  for (const command of ["health", "breakers", "events list --subject 'evt.*.call_breaker.>'"]) out.say(`  npx armada ${command}`);
  await sleep(left + 100, undefined, { signal }).catch(() => undefined); // who follows the next article hears of it
}

function conclude({ broken, end, team, out, within }: Breakage, articles: readonly Article[], breaker: ToldBreaker): number {
  const [opened = "", closed] = [breaker.opened(), breaker.closed()];
  const [from, to] = [Date.parse(opened), closed === undefined ? Number.POSITIVE_INFINITY : Date.parse(closed)];
  const failures = end.calls.filter(({ ok, at }) => !ok && at <= from).length;
  const probes = end.calls.filter(({ at }) => at > from && at < to).length;
  const shown = articles.flatMap(({ run, state }) => {
    if (state === undefined) return [];
    const { status, steps, startedAt, endedAt = startedAt } = viewOf(team, run, state);
    const degraded = steps.flatMap((step) => (step.degraded === undefined ? [] : [{ agent: step.agent, code: step.degraded.code }]));
    return [{ run, status, ms: Date.parse(endedAt) - Date.parse(startedAt), degraded }];
  });
  const { name } = broken.agent;
  out.emit({ type: "broken", team: broken.team, agent: name, failures, probes, opened, closed: closed ?? null, articles: shown });
  const tried = `${probes} ${probes === 1 ? "call" : "calls"} tried it`;
  out.say(`${failures} calls of ${name} failed until its breaker opened, ${tried}, and it is ${closed === undefined ? "not " : ""}closed`);
  const most = within === undefined ? "" : ` of ${within}`;
  for (const { run, status, ms, degraded } of shown)
    out.say(`  ${run}  ${status}  ${lengthOf(ms)}${most}  ${degraded.map(({ agent, code }) => `${agent}: ${code}`).join(", ")}`.trimEnd());
  return closed === undefined ? EXIT.failed : Math.max(...articles.map(({ code = EXIT.failed }) => code));
}
