import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Anthropic } from "@anthropic-ai/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type ApiServer, readApiLog, startApiServer } from "../index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-api-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const client = (server: ApiServer): Anthropic => new Anthropic({ apiKey: "k", baseURL: server.url, maxRetries: 0, openTelemetry: false });
const hello = { model: "claude-haiku-5-5", max_tokens: 100, messages: [{ role: "user" as const, content: "hello" }] };
const as = (call: string) => ({ headers: { "x-armada-call": call } });
const Calls = z.object({ data: z.array(z.looseObject({ tokens: z.record(z.string(), z.number()), costMicros: z.number() })) });
async function calls(server: ApiServer, since = "2026-01-01T00:00:00Z"): Promise<z.infer<typeof Calls>["data"]> {
  const res = await fetch(`${server.url}/v1/armada/calls?since=${encodeURIComponent(since)}`);
  return Calls.parse(await res.json()).data;
}
const Report = z.object({ data: z.array(z.object({ results: z.array(z.object({ model: z.string(), output_tokens: z.number() })) })) });

test("each call is told with what it was billed; requests of one call are added up", async () => {
  await using server = await startApiServer({ script: () => ({ a: 1 }), pieceMs: 5_000 });
  const { messages } = client(server);
  const one = await messages.create(hello, as("c1"));
  await messages.create(hello, as("c1"));
  await messages.create(hello);
  const stop = new AbortController();
  await messages.create({ ...hello, stream: true }, { ...as("c2"), signal: stop.signal });
  const told = await calls(server);
  const tokens = { input: one.usage.input_tokens * 2, output: one.usage.output_tokens * 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  expect(told).toMatchObject([
    { call: "c1", model: hello.model, provider: "anthropic", requests: 2, tokens, billed: true, outcome: "answered", open: false },
    { call: null, requests: 1, open: false },
    { call: "c2", requests: 1, billed: false, costMicros: 0, outcome: "open", open: true },
  ]);
  const costs = server.log.reduce((sum, { costMicros }) => sum + costMicros, 0);
  expect(told.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(costs);
  stop.abort();
  await expect.poll(async () => (await calls(server)).at(-1)).toMatchObject({ outcome: "aborted", billed: true, open: false });
  expect(await calls(server, new Date(Date.now() + 60_000).toISOString())).toEqual([]);
  expect((await fetch(`${server.url}/v1/armada/calls?since=yesterday`)).status).toBe(400);
});

test("the next server on the log goes on with it, and ends what the one before left open", async () => {
  const logFile = join(folder, "api.jsonl");
  const options = { script: () => ({ a: 1 }), logFile };
  {
    await using first = await startApiServer(options);
    await client(first).messages.create(hello, as("c1"));
  }
  const [arrival] = readApiLog(logFile);
  appendFileSync(logFile, `${JSON.stringify({ ...arrival, id: "000009", call: "c2" })}\n{"at":"20`);
  await using second = await startApiServer(options);
  await client(second).messages.create(hello, as("c3"));
  expect(await calls(second)).toMatchObject([
    { call: "c1", outcome: "answered" },
    { call: "c2", outcome: "aborted", billed: true, tokens: { output: 0 }, open: false },
    { call: "c3", id: "000010" },
  ]);
  expect(readApiLog(logFile)).toEqual(second.log);

  const since = new Date(Date.now() - 3_600_000).toISOString();
  const query = `starting_at=${since}&bucket_width=1h&group_by[]=model`;
  const res = await fetch(`${second.url}/v1/organizations/usage_report/messages?${query}`, { headers: { "x-api-key": "k" } });
  const results = Report.parse(await res.json()).data.flatMap((bucket) => bucket.results);
  const made = second.log.filter(({ billed }) => billed).reduce((sum, { tokens }) => sum + tokens.output, 0);
  expect(results.reduce((sum, row) => sum + row.output_tokens, 0)).toBe(made);
  expect(new Set(results.map(({ model }) => model))).toEqual(new Set([hello.model]));
});

test("marked prefixes are written to the cache and read from it, and billed so", async () => {
  await using server = await startApiServer({ script: () => ({ a: 1 }) });
  const { messages } = client(server);
  const asked = (ttl: "5m" | "1h", question: string) => ({
    model: "claude-sonnet-5-5",
    max_tokens: 100,
    system: [{ type: "text" as const, text: "s".repeat(8_000), cache_control: { type: "ephemeral" as const, ttl } }],
    messages: [
      {
        role: "user" as const,
        content: [
          {
            type: "document" as const,
            title: "d",
            source: { type: "text" as const, media_type: "text/plain" as const, data: "d".repeat(8_000) },
            cache_control: { type: "ephemeral" as const },
          },
          { type: "text" as const, text: question },
        ],
      },
    ],
  });
  const { usage: first } = await messages.create(asked("1h", "one"), as("c1"));
  expect(first.cache_creation).toEqual({ ephemeral_1h_input_tokens: 2_000, ephemeral_5m_input_tokens: 2_002 });
  expect(first).toMatchObject({ cache_creation_input_tokens: 4_002, cache_read_input_tokens: 0 });
  const { usage: second } = await messages.stream(asked("1h", "two"), as("c2")).finalMessage();
  expect(second).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 4_002, input_tokens: first.input_tokens });
  const [c1, c2] = await calls(server);
  expect(c1?.tokens).toMatchObject({ cacheWrite1h: 2_000, cacheWrite5m: 2_002 });
  expect(c1?.costMicros).toBe(first.input_tokens * 2 + first.output_tokens * 10 + 2_000 * 4 + 2_002 * 2.5);
  expect(c2?.costMicros).toBe(Math.ceil(first.input_tokens * 2 + first.output_tokens * 10 + 4_002 * 0.1));
});

test("more than four breakpoints, and an hour behind five minutes, are 400", async () => {
  await using server = await startApiServer({ script: () => ({}) });
  const ask = (ttls: readonly ("5m" | "1h")[]) =>
    client(server).messages.create({
      ...hello,
      system: ttls.map((ttl) => ({ type: "text" as const, text: "x", cache_control: { type: "ephemeral" as const, ttl } })),
    });
  await expect(ask(["5m", "5m", "5m", "5m", "5m"])).rejects.toMatchObject({ status: 400, apiMessage: expect.stringContaining("Found 5") });
  await expect(ask(["5m", "1h"])).rejects.toMatchObject({ status: 400 });
  await ask(["1h", "5m", "5m", "5m"]);
});
