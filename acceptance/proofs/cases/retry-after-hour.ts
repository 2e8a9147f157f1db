import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { freePort } from "../harness/nats-by-hand.ts";
import { armada, type Place, place, until, up } from "../harness/product.ts";
import { atMost, count, type Figure, holds, type Proof } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { type RunShown, showRun, startRun } from "../judges/runs.ts";
import { type ChatServer, startChatServer } from "../models/chat-server.ts";

const HOUR_MS = 3_600_000;
const SHORT_S = 35;
const TEXT = { text: '{"text":"a"}' };

/** A step whose provider wants no request for longer than an attempt lasts, or is not there, waits for it, and says until when and why. */
export const run: Proof = async function* ({ say, short }): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "askers");
  yield* named(copy, "3600");
  if (!short) yield* over(copy, say);
  yield* away(copy, say);
};

function slowDown(retryAfter: string): Parameters<typeof startChatServer>[0] {
  const error = { message: "slow down", type: "requests", code: "rate_limit_exceeded" };
  return (n) => (n === 1 ? { status: 429, headers: { "retry-after": retryAfter }, body: { error } } : TEXT);
}

/** An hour: the first call's step waits, and so does the second's, which makes no request at all. */
async function* named(copy: Checkout, retryAfter: string): AsyncGenerator<Figure> {
  await using server = await startChatServer(slowDown(retryAfter));
  using at = place(server.env, copy.root);
  await using _ = await up([], at);
  for (const [i, which] of ["the refused step", "a later one"].entries()) {
    const began = Date.now();
    const run = await startRun("askers.ask", "{}", at);
    const shown = await until("the step to wait", 15_000, () => waiting(run, at)).catch(() => showRun(run, at));
    const [wait] = shown.waitingFor ?? [];
    const end = Date.parse(String(wait?.until));
    yield holds(`${which} waits for its provider`, shown.status === "waiting" && wait?.kind === "provider", JSON.stringify(shown));
    yield atMost(`${which}: how far \`until\` is from the hour, ms`, Math.abs(end - began - HOUR_MS), 15_000);
    yield holds(
      `${which} says why`,
      /429: slow down .*\(MODEL_RATE_LIMITED\)|429: slow down.*MODEL_RATE_LIMITED/.test(String(wait?.what)),
      String(wait?.what),
    );
    yield count(`${which}: attempts`, Number(shown.steps[0]?.attempts), 1 - i);
    const people = await armada(["runs", "show", run], at);
    yield holds(
      `${which}: \`runs show\` says so to people`,
      /waits for provider .*slow down.* until 20/.test(people.stdout),
      people.stdout,
    );
  }
  yield count("requests of both", server.requests(), 1);
}

/** Longer than an attempt, and over: both go on by themselves. */
async function* over(copy: Checkout, say: (line: string) => void): AsyncGenerator<Figure> {
  await using server = await startChatServer(slowDown(String(SHORT_S)));
  using at = place(server.env, copy.root);
  await using _ = await up([], at);
  const began = Date.now();
  const runs = [await startRun("askers.ask", "{}", at), await startRun("askers.ask", "{}", at)];
  say(`retry-after-hour: ${SHORT_S} s`);
  for (const run of runs) {
    const shown = await until("the run to end", 90_000, () => completed(run, at)).catch(() => showRun(run, at));
    yield holds("after the time that was named the run completes", shown.status === "completed", JSON.stringify(shown));
  }
  yield atMost("and not before, ms early", began + SHORT_S * 1_000 - Date.now(), 0);
  yield count("requests in all", server.requests(), 3);
}

/** Nobody listens at the provider's address, for longer than all attempts take. */
async function* away(copy: Checkout, say: (line: string) => void): AsyncGenerator<Figure> {
  const port = await freePort();
  let server: ChatServer | undefined;
  const env = { ...(await envOf(port)) };
  using at = place(env, copy.root);
  await using _ = await up([], at);
  try {
    const run = await startRun("askers.ask", "{}", at);
    say("retry-after-hour: nobody listens for 12 s");
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const shown = await showRun(run, at);
    const [wait] = shown.waitingFor ?? [];
    yield holds(
      "a provider that cannot be reached is waited for",
      shown.status === "waiting" && wait?.kind === "provider",
      JSON.stringify(shown),
    );
    yield holds("with a word", /cannot be reached .*ECONNREFUSED.*\(MODEL_UNREACHABLE\)/.test(String(wait?.what)), String(wait?.what));
    server = await startChatServer(() => TEXT, port);
    const after = await until("the run to end", 60_000, () => completed(run, at)).catch(() => showRun(run, at));
    yield holds("once it is there the run completes", after.status === "completed", JSON.stringify(after));
    yield count("requests", server.requests(), 1);
  } finally {
    await server?.[Symbol.asyncDispose]();
  }
}

/** The environment of a server that is not there. */
async function envOf(port: number): Promise<Readonly<Record<string, string>>> {
  await using server = await startChatServer(() => TEXT, port);
  return server.env;
}

async function waiting(run: string, at: Place): Promise<RunShown | undefined> {
  const shown = await showRun(run, at);
  return shown.status === "waiting" ? shown : undefined;
}

async function completed(run: string, at: Place): Promise<RunShown | undefined> {
  const shown = await showRun(run, at);
  return shown.status === "completed" ? shown : undefined;
}
