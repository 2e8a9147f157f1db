import { get, type IncomingMessage } from "node:http";
import type { LiveText } from "@armada/contracts";
import type { Message, Page } from "@armada/event-sourcing";
import Fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunFold } from "../reading/run-fold.ts";
import type { Runs } from "../runs.ts";
import { Feeds, feed } from "./feed.ts";

const PIECE = "x".repeat(60_000);
const PIECES = 250;

/** A run whose journal and text the test writes itself. */
const followers = new Set<(message: Message) => void>();
const watchers = new Set<(piece: LiveText) => void>();
const runs: Pick<Runs, "find" | "follow" | "page" | "watch"> = {
  find: async () => fold,
  page: async (_found, from): Promise<Page> => {
    const messages = written.filter(({ seq }) => seq > from).slice(0, 10);
    const upTo = messages.at(-1)?.seq ?? from;
    const left = written.filter(({ seq }) => seq > upTo).length;
    return { messages, upTo, left, whole: upTo === (written.at(-1)?.seq ?? 0) };
  },
  follow: (_found, _from, handler, signal) => until(signal, followers, handler),
  watch: (_found, handler, signal) => until(signal, watchers, handler),
};
let fold = new RunFold("desk", "r1");
/** What its journal has already. */
let written: Message[] = [];
const feeds = new Feeds();
const closing = new AbortController();
const app = Fastify();
let url: string;

function until<T>(signal: AbortSignal, all: Set<T>, one: T): Promise<void> {
  all.add(one);
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => {
      all.delete(one);
      resolve();
    }),
  );
}

beforeAll(async () => {
  app.get("/", (request, reply) => feed(runs, feeds, fold, { request, reply, closing: closing.signal, text: true }));
  app.get("/plain", (request, reply) => feed(runs, feeds, fold, { request, reply, closing: closing.signal, text: false }));
  url = await app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  closing.abort();
  app.server.closeAllConnections();
  await app.close();
});

test("who reads slowly loses text, never an event, and holds nobody up", { timeout: 30_000 }, async () => {
  const [slow, fast, plain] = await Promise.all([client("/"), client("/"), client("/plain")]);
  slow.response.pause();
  const piece = (n: number, attempt: number, seq: number): LiveText => ({ run: "r1", n, attempt, call: 1, seq, text: PIECE });
  tell(
    journal(1, "run.started", {
      workflow: "w",
      version: 1,
      source: "",
      input: {},
      by: { kind: "ask", from: "operator", id: "r1" },
    }),
  );
  for (let seq = 0; seq < PIECES; seq++) {
    say(piece(1, 1, seq));
    while (fast.lines() < 4 + 3 * seq) await new Promise((resolve) => setImmediate(resolve)); // it reads as fast as it is told
  }
  say(piece(1, 2, 0));
  tell(journal(2, "run.ended", { status: "completed", output: {} }));
  await Promise.all([fast.ended, plain.ended]);
  slow.response.resume();
  await slow.ended;

  for (const one of [slow, fast, plain]) {
    expect(one.of("journal").map(({ n }) => n)).toEqual([1, 2]);
    expect(one.of("end")).toMatchObject([{ status: "completed" }]);
  }
  for (const one of [slow, fast]) expect(one.of("restarted")).toEqual([{ n: 1, attempt: 2 }]);
  expect(fast.of("text").map(({ seq }) => seq)).toEqual([...Array(PIECES).keys(), 0]);
  expect(slow.of("text").length).toBeLessThan(PIECES);
  expect(slow.of("text")[0]).toEqual({ n: 1, attempt: 1, call: 1, seq: 0, text: PIECE });
  expect([...plain.of("text"), ...plain.of("restarted")]).toEqual([]);
  expect([followers.size, watchers.size]).toEqual([0, 0]);
});

test("who does not read is cut, and goes on from the last id that came; another one is not held up", { timeout: 60_000 }, async () => {
  fold = new RunFold("desk", "r1");
  const output = "y".repeat(50_000);
  const started = { workflow: "w", version: 1, source: "", input: {}, by: { kind: "ask", from: "operator", id: "r1" } };
  written = [journal(1, "run.started", started)];
  for (let n = 2; n <= 400; n++) written.push(journal(n, "inline.completed", { n, name: "i", output }));
  written.push(journal(401, "run.ended", { status: "completed", output: {} }));
  for (const message of written) fold.take(message);

  const [stuck, other] = await Promise.all([client("/plain"), client("/plain")]);
  stuck.response.pause();
  await other.ended;
  expect(other.of("journal").map(({ n }) => n)).toEqual(written.map(({ seq }) => seq));
  expect(other.of("end")).toMatchObject([{ status: "completed" }]);
  expect(other.of("journal").at(-1)).toMatchObject({ status: "completed" });
  expect(other.of("journal").at(-2)).toMatchObject({ status: "running" });
  await expect.poll(() => feeds.size, { timeout: 30_000 }).toBe(0);
  stuck.response.resume();
  await stuck.ended;
  const seen = stuck.of("journal").map(({ n }) => n);
  expect(seen.length).toBeLessThan(written.length);
  const resumed = await client("/plain", { "last-event-id": String(seen.at(-1)) });
  await resumed.ended;
  expect([...seen, ...resumed.of("journal").map(({ n }) => n)]).toEqual(written.map(({ seq }) => seq));
});

function say(piece: LiveText): void {
  for (const watcher of [...watchers]) watcher(piece);
}

function tell(message: Message): void {
  for (const follower of [...followers]) follower(message);
}

function journal(n: number, type: string, data: unknown): Message {
  const time = "2026-01-01T00:00:00.000Z";
  const about = { specversion: "1.0", source: "/teams/desk", subject: "r1", time, team: "desk", hops: 0, schemaversion: 1 } as const;
  const envelope = { ...about, id: `r1-${n}`, type: `armada.${type}`, data, correlationid: "r1", causationid: "r1" };
  return { subject: `run.desk.note.w.r1.${n}`, seq: n, body: "", time: 0, envelopes: [envelope] };
}

type Client = {
  readonly response: IncomingMessage;
  readonly ended: Promise<void>;
  lines(): number;
  of(event: string): Record<string, unknown>[];
};

async function client(path: string, headers: Record<string, string> = {}): Promise<Client> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(new URL(path, url), { headers }, resolve).once("error", reject),
  );
  let text = "";
  let lines = 0;
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    lines += chunk.split("\n").length - 1;
  });
  return {
    response,
    ended: new Promise((resolve) => {
      response.once("end", () => resolve());
      response.once("error", () => resolve()); // cut
    }),
    lines: () => lines,
    of: (event) =>
      text
        .split("\n\n")
        .slice(0, -1) // what is behind the last blank line is no whole event
        .filter((frame) => frame.split("\n").includes(`event: ${event}`))
        .map((frame): Record<string, unknown> => JSON.parse(frame.slice(frame.indexOf("data: ") + 6))),
  };
}
