import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../../errors.ts";
import type { ModelRequest } from "../../port.ts";
import { ALWAYS, type Price } from "../../pricing/prices.ts";
import { type ApiRequest, type ApiServer, type ApiServerOptions, startApiServer } from "../../testing/index.ts";
import { recordingMeter } from "../../testing/recording-meter.ts";
import { nothingYet } from "../streamed.ts";
import { takeChunk } from "./answer.ts";
import { openaiModels } from "./models.ts";

const Triage = z.object({ urgency: z.enum(["low", "normal", "high"]), why: z.string() });
const request: ModelRequest<z.infer<typeof Triage>> = {
  tier: "worker",
  task: "classify",
  prompt: "How urgent is it?",
  system: "You sort tickets.",
  material: [{ name: 'the "ticket"', text: "The shop is down </document> since 09:00." }],
  params: { language: "en" },
  schema: Triage,
  idempotencyKey: "r1-2",
};
const good = { urgency: "high", why: "the shop is down" };
const price: Price = {
  model: "gpt-x",
  since: ALWAYS,
  input: 1_000_000,
  output: 4_000_000,
  cacheWrite5m: 1_000_000,
  cacheWrite1h: 1_000_000,
  cacheRead: 100_000,
};
const never = new AbortController().signal;

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});
async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: () => good, models: ["gpt-x"], ...options });
  servers.push(server);
  return server;
}
const at = (url: string, model = "gpt-x", prices: readonly Price[] = [price]) =>
  openaiModels({ apiKey: "test-key", baseURL: `${url}/v1`, modelOf: () => model, prices });
async function failure(work: Promise<unknown>): Promise<ModelError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ModelError) return thrown;
  throw new Error(`expected a ModelError, got ${String(thrown)}`);
}

describe("an answer", () => {
  test("is parsed, counted, priced and settled, and comes piece by piece", async () => {
    const server = await start({ pieces: 5 });
    const meter = recordingMeter();
    const pieces: string[] = [];
    const answer = await at(server.url).call(request, never, { meter, onText: (piece) => pieces.push(piece) });
    expect(answer).toMatchObject({ value: good, model: "gpt-x" });
    expect(JSON.parse(pieces.join(""))).toEqual(good);
    expect(pieces.length).toBe(5);
    const { inputTokens, outputTokens, cacheReadTokens = 0 } = answer.usage;
    expect(answer.costMicros).toBe(Math.ceil(inputTokens + outputTokens * 4 + cacheReadTokens * 0.1));
    expect(answer.costMicros).toBeGreaterThan(0);
    expect(meter.settled.get("c1")).toMatchObject({ kind: "billed", amount: { micros: answer.costMicros } });
    expect(server.log.at(-1)).toMatchObject({ outcome: "answered", task: "classify", idempotencyKey: "r1-2", call: "c1" });
  });

  test("carries everything that was asked", async () => {
    const seen: ApiRequest[] = [];
    const server = await start({
      script: (_task, asked) => {
        seen.push(asked);
        return good;
      },
    });
    await at(server.url).call(request, never);
    expect(seen[0]).toMatchObject({
      task: "classify",
      system: "You sort tickets.",
      prompt: "How urgent is it?",
      material: [{ name: 'the "ticket"', text: "The shop is down </document> since 09:00." }],
      params: { language: "en" },
      schema: { type: "object", additionalProperties: false, required: ["urgency", "why"] },
      maxTokens: 16_000,
      stream: true,
    });
  });

  test("of a server on loopback without a price is free; elsewhere no call is made without one", async () => {
    const server = await start();
    const meter = recordingMeter();
    const answer = await at(server.url, "gpt-x", []).call(request, never, { meter });
    expect(answer.costMicros).toBe(0);
    expect(meter.settled.get("c1")).toMatchObject({ kind: "billed", amount: { micros: 0, tokens: expect.any(Number) } });
    const far = openaiModels({ apiKey: "k", modelOf: () => "gpt-x", prices: [] });
    expect(await failure(far.call(request, never))).toMatchObject({ code: "MODEL_PRICE_MISSING" });
  });
});

describe("a failure", () => {
  test.each([
    ["rateLimited", "MODEL_RATE_LIMITED", "free"],
    ["overloaded", "MODEL_OVERLOADED", "free"],
    ["brokenStream", "MODEL_STREAM_BROKEN", "unknown"],
    ["truncatedJson", "MODEL_ANSWER_INVALID", "billed"],
  ] as const)("by %s is %s, and its cost %s", async (fault, code, kind) => {
    const server = await start({ faults: { [fault]: 1 } });
    const meter = recordingMeter();
    expect(await failure(at(server.url).call(request, never, { meter }))).toMatchObject({ code });
    expect([...meter.settled.values()].map((cost) => cost.kind)).toEqual([kind]);
  });

  test("of the key, of the model's name and of the connection is said", async () => {
    const server = await start({ keys: ["another"] });
    expect(await failure(at(server.url).call(request, never))).toMatchObject({ code: "MODEL_KEY_REFUSED", terminal: true });
    const other = await start();
    expect(await failure(at(other.url, "gpt-y", []).call(request, never))).toMatchObject({ code: "MODEL_UNKNOWN", terminal: true });
    await other[Symbol.asyncDispose]();
    const meter = recordingMeter();
    expect(await failure(at(other.url).call(request, never, { meter }))).toMatchObject({ code: "MODEL_UNREACHABLE" });
    expect(meter.settled.get("c1")).toEqual({ kind: "free" });
  });

  test("a signal ends it with its reason", async () => {
    const server = await start({ pieceMs: 60_000 });
    const stop = new AbortController();
    const reason = new Error("no time left");
    const meter = recordingMeter();
    const call = at(server.url).call(request, stop.signal, { meter, onText: () => stop.abort(reason) });
    await expect(call).rejects.toBe(reason);
    expect(meter.settled.get("c1")?.kind).toBe("unknown");
  });
});

describe("a chunk", () => {
  test("of a refusal is a refusal, and what was read and written is counted apart", () => {
    const streamed = nothingYet("gpt-x");
    takeChunk(streamed, { choices: [{ delta: { refusal: "I can" } }] });
    takeChunk(streamed, { choices: [{ delta: { refusal: "not." }, finish_reason: "stop" }] });
    takeChunk(streamed, {
      choices: [],
      usage: { prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 } },
    });
    expect(streamed).toMatchObject({ stopReason: "refusal", stopDetail: "I cannot.", complete: true, counted: true });
    expect(streamed.usage).toEqual({ inputTokens: 10, outputTokens: 5, cacheReadTokens: 60, cacheWriteTokens: 30 });
  });

  test("is read as far as it can be", () => {
    const streamed = nothingYet("gpt-x");
    takeChunk(streamed, {
      model: 7,
      choices: [
        {
          delta: {
            content: [
              { type: "thinking", thinking: [] },
              { type: "text", text: "a" },
            ],
          },
        },
      ],
      usage: {},
    });
    takeChunk(streamed, { choices: [{ delta: { content: "b", refusal: 0 }, finish_reason: "stop" }], usage: { prompt_tokens: null } });
    expect(streamed).toMatchObject({ text: "ab", model: "gpt-x", complete: true, counted: false });
  });

  test("names the tier that served it, reasoning that is in the total alone, and writes by any name", () => {
    const streamed = nothingYet("gpt-x");
    takeChunk(streamed, { service_tier: "priority", choices: [{ delta: { content: "a" } }] });
    takeChunk(streamed, {
      choices: [],
      usage: { prompt_tokens: 100, completion_tokens: 5, total_tokens: 145, prompt_tokens_details: { cache_creation_tokens: 30 } },
    });
    expect(streamed.usage).toEqual({ inputTokens: 70, outputTokens: 45, cacheWriteTokens: 30, factors: ["priority"] });
    takeChunk(streamed, { service_tier: "default", choices: [] });
    expect(streamed.usage.factors).toEqual(["priority"]);
  });
});
