import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { type ApiRequest, type ApiServer, type ApiServerOptions, startApiServer } from "../index.ts";

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: () => ({ answer: 42 }), ...options });
  servers.push(server);
  return server;
}
function post(server: ApiServer, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/v1/${path}`, {
    method: "POST",
    headers: { authorization: "Bearer k", "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}
const Chat = z.object({ usage: z.object({ prompt_tokens: z.number(), prompt_tokens_details: z.object({ cached_tokens: z.number() }) }) });
const Vectors = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })), usage: z.unknown() });
const Packed = z.object({ data: z.tuple([z.object({ embedding: z.base64() })]) });
const chat = { model: "any-model", messages: [{ role: "user", content: "hello" }] };

test("a whole completion, and what the script was asked", async () => {
  const seen: ApiRequest[] = [];
  const server = await start({
    script: (_task, request) => {
      seen.push(request);
      return { answer: 42 };
    },
  });
  const body = {
    model: "any-model",
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: '<document name="a \\"b\\"">\nOnce.\n</document>' },
          { type: "text", text: '<parameters>\n{"n":1}\n</parameters>' },
          { type: "text", text: "<prompt>\nHow many?\n</prompt>" },
        ],
      },
    ],
    response_format: { type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } },
    max_tokens: 9,
  };
  const headers = { "x-armada-task": "count", "x-armada-call": "r1-2", "idempotency-key": "key" };
  const answer = await (await post(server, "chat/completions", body, headers)).json();
  const [, end] = server.log;
  expect(answer).toMatchObject({
    object: "chat.completion",
    model: "any-model",
    choices: [{ message: { role: "assistant", content: '{"answer":42}' }, finish_reason: "stop" }],
    usage: { prompt_tokens: end?.tokens.input, completion_tokens: end?.tokens.output, prompt_tokens_details: { cached_tokens: 0 } },
  });
  expect(end).toMatchObject({ provider: "openai", call: "r1-2", idempotencyKey: "key", task: "count", billed: true, costMicros: 0 });
  expect(seen[0]).toMatchObject({
    task: "count",
    system: "Be brief.",
    prompt: "How many?",
    params: { n: 1 },
    material: [{ name: 'a "b"', text: "Once." }],
    schema: { type: "object" },
    maxTokens: 9,
    stream: false,
  });
});

test("a stream: deltas, why it ended, usage where it is asked for, and its end", async () => {
  const server = await start({ pieces: 3 });
  const chunks = async (more: Record<string, unknown>): Promise<string[]> => {
    const res = await post(server, "chat/completions", { ...chat, stream: true, ...more });
    expect(res.headers.get("content-type")).toContain("text/event-stream");
    return (await res.text()).split("\n\n").filter((line) => line !== "");
  };
  const told = await chunks({ stream_options: { include_usage: true } });
  expect(told.at(-1)).toBe("data: [DONE]");
  const events = told.slice(0, -1).map((line) => JSON.parse(line.slice("data: ".length)));
  expect(events.flatMap(({ choices }) => choices[0]?.delta.content ?? []).join("")).toBe('{"answer":42}');
  expect(events.at(-2)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: null });
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
  expect((await chunks({})).join("")).not.toContain("usage");
});

test("a long prompt's beginning is read from the cache without being asked for", async () => {
  const server = await start({
    prices: [{ model: "any-model", since: "2026-01-01", input: 1e6, output: 0, cacheWrite5m: 9e6, cacheWrite1h: 9e6, cacheRead: 1e5 }],
  });
  const ask = async (question: string) => {
    const messages = [
      { role: "system", content: "s".repeat(8_000) },
      { role: "user", content: question },
    ];
    return Chat.parse(await (await post(server, "chat/completions", { model: "any-model", messages })).json());
  };
  const { usage: first } = await ask("one");
  const { usage: second } = await ask("two");
  expect(first.prompt_tokens_details.cached_tokens).toBe(0);
  expect(second.prompt_tokens).toBe(first.prompt_tokens);
  const cached = second.prompt_tokens_details.cached_tokens;
  expect(cached).toBeGreaterThan(1_990);
  const costs = server.log.filter(({ event }) => event === "end").map(({ costMicros }) => costMicros);
  expect(costs).toEqual([first.prompt_tokens, second.prompt_tokens - cached + Math.ceil(cached / 10)]);
});

test("vectors are the same for the same text, of unit length, as floats or base64, and billed by tokens", async () => {
  const server = await start();
  const ask = async (body: Record<string, unknown>) => (await post(server, "embeddings", { model: "e", ...body })).json();
  const { data, usage } = Vectors.parse(await ask({ input: ["one", "two", "one"], dimensions: 8 }));
  const [one = [], two, again] = data.map(({ embedding }) => embedding);
  expect(one).toHaveLength(8);
  expect(again).toEqual(one);
  expect(two).not.toEqual(one);
  expect(Math.hypot(...one)).toBeCloseTo(1);
  expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  const packed = Packed.parse(await ask({ input: "one", dimensions: 8, encoding_format: "base64" }));
  const bytes = Buffer.from(packed.data[0].embedding, "base64");
  expect(Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(i * 4))).toEqual(one);
  expect(server.log.at(1)).toMatchObject({ task: "embeddings", tokens: { input: 3, output: 0 }, billed: true });
  expect((await post(server, "embeddings", { model: "e", input: "" })).status).toBe(400);
});

test("models are listed in the shape of who asks", async () => {
  const server = await start({ models: ["m1"] });
  const get = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${server.url}/v1/models${path}`, { headers: { authorization: "Bearer k", ...headers } })).json();
  expect(await get("", {})).toMatchObject({ object: "list", data: [{ id: "m1", object: "model" }] });
  expect(await get("", { "anthropic-version": "2023-06-01" })).toMatchObject({ data: [{ id: "m1", type: "model" }], has_more: false });
  expect(await get("/m1", {})).toMatchObject({ id: "m1" });
});

test("errors have OpenAI's shape", async () => {
  const server = await start({ models: ["m1"], keys: ["right"] });
  const ask = async (body: unknown, key = "right") => {
    const res = await post(server, "chat/completions", body, { authorization: `Bearer ${key}` });
    return [res.status, z.object({ error: z.unknown() }).parse(await res.json()).error];
  };
  expect(await ask(chat, "wrong")).toMatchObject([401, { code: "invalid_api_key", type: "invalid_request_error" }]);
  expect(await ask(chat)).toMatchObject([404, { code: "model_not_found" }]);
  expect(await ask({ model: "m1", messages: [] })).toMatchObject([400, { type: "invalid_request_error", param: null }]);
});
