import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ModelRequest } from "../../port.ts";
import { costMicros, priceOf } from "../../pricing/prices.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../testing/index.ts";
import type { BatchOutcome } from "../batches.ts";
import { anthropicBatches } from "./batches.ts";

const Note = z.object({ note: z.string() });
const requestOf = (n: number): ModelRequest => ({
  tier: "worker",
  task: "note",
  prompt: `Write note ${n}.`,
  material: [{ name: "source", text: "Some source." }],
  schema: Note,
  maxTokens: 500,
});
const never = new AbortController().signal;

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: (_task, { prompt }) => ({ note: prompt }), batchMs: 20, ...options });
  servers.push(server);
  return server;
}
const at = (url: string) => anthropicBatches({ apiKey: "k", baseURL: url, modelOf: () => "claude-haiku-5-5" });

async function ended(server: ApiServer, batch: string): Promise<void> {
  await expect.poll(() => at(server.url).poll(batch, never)).toBe("ended");
}
async function outcomes(server: ApiServer, batch: string, known: ReadonlyMap<string, ModelRequest>): Promise<BatchOutcome[]> {
  const all: BatchOutcome[] = [];
  for await (const one of at(server.url).results(batch, (call) => known.get(call), never)) all.push(one);
  return all.toSorted((a, b) => a.call.localeCompare(b.call));
}
async function submitted(server: ApiServer, known: ReadonlyMap<string, ModelRequest>): Promise<string> {
  const done = await at(server.url).submit(
    [...known].map(([call, request]) => ({ call, request })),
    never,
  );
  if (done.kind !== "submitted") throw done.error;
  return done.batch;
}
const three = new Map([1, 2, 3].map((n) => [`c${n}`, requestOf(n)]));

describe("a batch", () => {
  test("is answered item by item, at half the price and under its ceiling, to any process that asks", async () => {
    const server = await start();
    const batch = await submitted(server, three);
    await ended(server, batch);
    const all = await outcomes(server, batch, three);
    expect(all.map(({ call }) => call)).toEqual(["c1", "c2", "c3"]);
    for (const one of all) {
      if (!("answer" in one)) throw one.error;
      expect(one.answer.value).toEqual({ note: `Write note ${one.call.slice(1)}.` });
      const full = costMicros(priceOf("claude-haiku-5-5", Date.now()), one.answer.usage);
      expect(one.answer.costMicros).toBeLessThan(full);
      const line = server.log.find(({ call, event }) => call === one.call && event === "end");
      expect(one.answer.costMicros).toBe(line?.costMicros);
      const { ceiling, tier, model } = await at(server.url).drawing(requestOf(1));
      expect([tier, model]).toEqual(["worker", "claude-haiku-5-5"]);
      expect(one.cost).toMatchObject({ kind: "billed", amount: { micros: one.answer.costMicros } });
      expect(one.answer.costMicros).toBeLessThanOrEqual(ceiling.micros);
    }
    expect(await outcomes(server, batch, new Map([["c2", requestOf(2)]]))).toHaveLength(1);
    expect(await at(server.url).recent(Date.now() - 60_000, never)).toEqual([
      { batch, createdAt: expect.any(Number), ended: true, items: 3 },
    ]);
    expect(await at(server.url).recent(Date.now() + 60_000, never)).toEqual([]);
    expect(await at(server.url).poll("msgbatch_other", never)).toBe("missing");
    await expect(outcomes(server, "msgbatch_other", three)).rejects.toMatchObject({ code: "MODEL_BATCH_ENDED" });
  });

  test("has a bad item that fails alone, and is paid where the provider answered it", async () => {
    const server = await start({ script: (_task, { prompt }) => (prompt.includes("2") ? { text: 1 } : { note: prompt }) });
    const refused = new Map([...three, ["c4", { ...requestOf(4), maxTokens: 0 }]]);
    const batch = await submitted(server, refused);
    await ended(server, batch);
    const all = await outcomes(server, batch, refused);
    expect(all.map((one) => [one.call, "error" in one ? one.error.code : "answered", one.cost.kind])).toEqual([
      ["c1", "answered", "billed"],
      ["c2", "MODEL_ANSWER_INVALID", "billed"],
      ["c3", "answered", "billed"],
      ["c4", "MODEL_BAD_REQUEST", "free"],
    ]);
  });

  test("that expires is free", async () => {
    const server = await start({ batchExpire: true });
    const batch = await submitted(server, three);
    await ended(server, batch);
    for (const one of await outcomes(server, batch, three)) {
      expect(one).toMatchObject({ cost: { kind: "free" }, error: { code: "MODEL_BATCH_ENDED", terminal: false } });
    }
  });
});

describe("a submission", () => {
  const submit = (server: ApiServer, signal = never) => at(server.url).submit([{ call: "c1", request: requestOf(1) }], signal);

  test("that is refused costs nothing", async () => {
    const limited = await start({ faults: { rateLimited: 1, retryAfter: 3 } });
    expect(await submit(limited)).toMatchObject({ kind: "refused", error: { code: "MODEL_RATE_LIMITED", retryAfter: 3_000 } });
    const another = await start({ keys: ["other"] });
    expect(await submit(another)).toMatchObject({ kind: "refused", error: { code: "MODEL_KEY_REFUSED" } });
  });

  test("whose answer did not come is found again", async () => {
    const server = await start({ faults: { brokenStream: 1 } });
    const since = Date.now() - 1_000;
    expect(await submit(server)).toMatchObject({ kind: "unanswered", error: { code: expect.any(String) } });
    const [found] = await at(server.url).recent(since, never);
    await ended(server, found?.batch ?? "");
    expect(await outcomes(server, found?.batch ?? "", new Map([["c1", requestOf(1)]]))).toMatchObject([{ call: "c1" }]);
  });

  test("that is given up may have been accepted", async () => {
    const server = await start({ faults: { timeout: 1 } });
    expect(await submit(server, AbortSignal.timeout(200))).toMatchObject({ kind: "unanswered" });
  });
});

test("what begins alike is written into the provider's cache by one item, and read by the others once it has ended", async () => {
  const server = await start();
  const long = (n: number, system: string): ModelRequest => ({ ...requestOf(n), material: [], system });
  const report = "The data dictionary. ".repeat(400);
  const items = [long(1, report), long(2, report), long(3, "Another."), long(4, report)].map((request, i) => ({
    call: `c${i + 1}`,
    request,
  }));
  const { first = [], rest = [] } = (await at(server.url).inWaves?.(items)) ?? {};
  expect([first, rest].map((wave) => wave.map(({ call, cacheAt }) => [call, cacheAt]))).toEqual([
    [
      ["c1", "system"],
      ["c3", undefined],
    ],
    [
      ["c2", "system"],
      ["c4", "system"],
    ],
  ]);
  for (const wave of [first, rest]) {
    const done = await at(server.url).submit(wave, never);
    if (done.kind !== "submitted") throw done.error;
    await ended(server, done.batch);
  }
  const billed = server.log.filter(({ event }) => event === "end");
  expect(billed.map(({ call, tokens }) => [call, tokens.cacheWrite1h > 1_000, tokens.cacheRead > 1_000])).toEqual([
    ["c1", true, false],
    ["c3", false, false],
    ["c2", false, true],
    ["c4", false, true],
  ]);
  for (const { call, request } of items) {
    const { ceiling } = await at(server.url).drawing(request);
    expect(billed.find((line) => line.call === call)?.costMicros).toBeLessThanOrEqual(ceiling.micros);
  }
  const plain = anthropicBatches({ apiKey: "k", baseURL: server.url, modelOf: () => "claude-haiku-5-5", contextCaching: false });
  expect(await plain.inWaves?.(items)).toEqual({ first: items, rest: [] });
});
