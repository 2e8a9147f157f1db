import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Anthropic } from "@anthropic-ai/sdk";
import type { MessageBatchIndividualResponse } from "@anthropic-ai/sdk/resources/messages";
import { afterEach, beforeEach, expect, test } from "vitest";
import { costMicros, priceOf } from "../../pricing/prices.ts";
import { type ApiServer, type ApiServerOptions, readApiLog, startApiServer } from "../index.ts";

let folder = "";
const servers: ApiServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-api-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: (task) => ({ task }), batchMs: 10, ...options });
  servers.push(server);
  return server;
}
const client = (server: ApiServer): Anthropic => new Anthropic({ apiKey: "k", baseURL: server.url, maxRetries: 0, openTelemetry: false });
const item = (custom_id: string, max_tokens = 100) => ({
  custom_id,
  params: {
    model: "claude-sonnet-5-5",
    max_tokens,
    messages: [{ role: "user" as const, content: `<task>sort_${custom_id}</task>${"x".repeat(400)}` }],
  },
});

async function ended(server: ApiServer, id: string): Promise<Record<string, MessageBatchIndividualResponse["result"]>> {
  await expect.poll(async () => (await client(server).messages.batches.retrieve(id)).processing_status).toBe("ended");
  const results: Record<string, MessageBatchIndividualResponse["result"]> = {};
  for await (const { custom_id, result } of await client(server).messages.batches.results(id)) results[custom_id] = result;
  return results;
}

test("the official client creates, polls, lists and reads one; each item is billed once, at half price", async () => {
  const server = await start({ batchMs: 60 });
  const { batches } = client(server).messages;
  const made = await batches.create({ requests: [item("a"), item("b")] });
  expect(made).toMatchObject({ processing_status: "in_progress", request_counts: { processing: 2, succeeded: 0 }, results_url: null });
  await expect(batches.results(made.id)).rejects.toThrow("results_url");
  const results = await ended(server, made.id);
  expect(results).toMatchObject({
    a: {
      type: "succeeded",
      message: { stop_reason: "end_turn", content: [{ text: '{"task":"sort_a"}' }], usage: { service_tier: "batch" } },
    },
    b: { type: "succeeded", message: { content: [{ text: '{"task":"sort_b"}' }] } },
  });
  await ended(server, made.id);
  const ends = server.log.filter(({ event }) => event === "end");
  expect(ends.map(({ call, batch, task }) => [call, batch, task])).toEqual([
    ["a", made.id, "sort_a"],
    ["b", made.id, "sort_b"],
  ]);
  for (const { tokens, costMicros: billed } of ends) {
    const full = costMicros(priceOf("claude-sonnet-5-5", Date.now()), { inputTokens: tokens.input, outputTokens: tokens.output });
    expect(billed).toBe(Math.ceil(full / 2));
  }
});

test("they are listed from the newest on, in pages", async () => {
  const server = await start();
  const { batches } = client(server).messages;
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) ids.unshift((await batches.create({ requests: [item(name)] })).id);
  const first = await batches.list({ limit: 2 });
  expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(first.has_more).toBe(true);
  const all: string[] = [];
  for await (const { id } of batches.list({ limit: 1 })) all.push(id);
  expect(all).toEqual(ids);
});

test("a malformed item fails alone", async () => {
  const server = await start();
  const { id } = await client(server).messages.batches.create({ requests: [item("good"), item("bad", 0)] });
  expect(await ended(server, id)).toMatchObject({
    good: { type: "succeeded" },
    bad: { type: "errored", error: { type: "error", error: { type: "invalid_request_error" } } },
  });
  expect(server.log.find(({ call, event }) => call === "bad" && event === "end")).toMatchObject({ billed: false, outcome: "errored" });
});

test.each([
  ["the same custom_id twice", [item("a"), item("a")]],
  ["a custom_id of other characters", [item("a b")]],
  ["a custom_id of 65 characters", [item("a".repeat(65))]],
  ["no requests", []],
])("%s is a 400", async (_what, requests) => {
  const server = await start();
  await expect(client(server).messages.batches.create({ requests })).rejects.toMatchObject({ status: 400, type: "invalid_request_error" });
  expect(server.log).toEqual([]);
});

test("items err and expire by shares, or a whole batch does, unbilled", async () => {
  const server = await start({ faults: { seed: 2, batchErrored: 0.3, batchExpired: 0.3 } });
  const requests = Array.from({ length: 40 }, (_, i) => item(`i${i}`));
  const { id } = await client(server).messages.batches.create({ requests });
  const types = Object.values(await ended(server, id)).map(({ type }) => type);
  expect(types.filter((type) => type === "errored")).toHaveLength(server.faults.batchErrored);
  expect(types.filter((type) => type === "expired")).toHaveLength(server.faults.batchExpired);
  expect(new Set(types).size).toBe(3);
  expect(server.log.filter(({ billed }) => billed)).toHaveLength(types.filter((type) => type === "succeeded").length);

  const expiring = await start({ batchExpire: true });
  const other = await client(expiring).messages.batches.create({ requests: [item("a")] });
  expect(await ended(expiring, other.id)).toMatchObject({ a: { type: "expired" } });
});

test("a canceled batch ends soon, unbilled", async () => {
  const server = await start({ batchMs: 60_000 });
  const { batches } = client(server).messages;
  const { id } = await batches.create({ requests: [item("a")] });
  expect(await batches.cancel(id)).toMatchObject({ processing_status: "canceling", request_counts: { processing: 1 } });
  expect(await ended(server, id)).toMatchObject({ a: { type: "canceled" } });
  expect(server.log.at(-1)).toMatchObject({ outcome: "canceled", billed: false });
  await expect(batches.cancel(id)).rejects.toMatchObject({ status: 400 });
  await expect(batches.retrieve("msgbatch_none")).rejects.toMatchObject({ status: 404 });
});

test("a batch goes on in the next server on the same log", async () => {
  const logFile = join(folder, "api.jsonl");
  const first = await start({ logFile, batchMs: 60_000 });
  const { id } = await client(first).messages.batches.create({ requests: [item("a")] });
  await first[Symbol.asyncDispose]();
  const file = `${logFile}.batches.jsonl`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/"due":\d+/, '"due":1'));

  const second = await start({ logFile });
  expect(await ended(second, id)).toMatchObject({ a: { type: "succeeded" } });
  await second[Symbol.asyncDispose]();
  // As if the server had been killed before the end was in the log.
  writeFileSync(logFile, readFileSync(logFile, "utf8").split("\n")[0]?.concat("\n") ?? "");
  const third = await start({ logFile });
  expect(await ended(third, id)).toMatchObject({ a: { type: "succeeded" } });
  await third[Symbol.asyncDispose]();
  await start({ logFile });
  expect(readApiLog(logFile).map(({ event, billed }) => [event, billed])).toEqual([
    ["arrival", false],
    ["end", true],
  ]);
});

test("one that was accepted may get no answer, or half of one", async () => {
  for (const fault of ["timeout", "brokenStream"] as const) {
    const server = await start({ faults: { [fault]: 1, holdMs: 20 } });
    const { batches } = client(server).messages;
    await expect(batches.create({ requests: [item("a")] })).rejects.toThrow();
    expect((await batches.list()).data).toHaveLength(1);
  }
});
