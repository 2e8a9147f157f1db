import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../../errors.ts";
import type { ModelRequest } from "../../port.ts";
import { type ApiRequest, type ApiServer, type ApiServerOptions, startApiServer } from "../../testing/index.ts";
import { anthropicModels } from "./models.ts";

const Triage = z.object({ urgency: z.enum(["low", "normal", "high"]), why: z.string() });
const request: ModelRequest<z.infer<typeof Triage>> = {
  tier: "worker",
  task: "classify",
  prompt: "How urgent is it?",
  system: "You sort tickets.",
  material: [
    { name: "ticket", text: "The shop is down since 09:00." },
    { name: "attachment", text: "" },
  ],
  params: { language: "en" },
  schema: Triage,
  idempotencyKey: "r1-2",
};
const good = { urgency: "high", why: "the shop is down" };

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function start(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const server = await startApiServer({ script: () => good, ...options });
  servers.push(server);
  return server;
}

const at = (url: string, model = "claude-haiku-5-5") =>
  anthropicModels({ apiKey: "test-key", baseURL: url, modelOf: () => model, now: () => Date.parse("2026-11-22") });

async function failure(work: Promise<unknown>): Promise<ModelError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ModelError) return thrown;
  throw new Error(`expected a ModelError, got ${String(thrown)}`);
}
const never = new AbortController().signal;

describe("an answer", () => {
  test.each(["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"])("of %s is parsed, counted and priced", async (model) => {
    const server = await start();
    const answer = await at(server.url, model).call(request, never);
    expect(answer.value).toEqual(good);
    expect(answer.model).toBe(model);
    const [, end] = server.log;
    expect(answer.usage).toMatchObject({ inputTokens: end?.tokens.input, outputTokens: end?.tokens.output });
    expect(answer.costMicros).toBe(end?.costMicros);
    expect(answer.costMicros).toBeGreaterThan(0);
  });

  test("carries everything that was asked, and its key outside the prompt", async () => {
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
      idempotencyKey: "r1-2",
      system: "You sort tickets.",
      prompt: "How urgent is it?",
      material: [{ name: "ticket", text: "The shop is down since 09:00." }],
      params: { language: "en" },
      schema: { type: "object", additionalProperties: false, required: ["urgency", "why"] },
      stream: true,
    });
    expect(server.log.map((line) => [line.event, line.task, line.idempotencyKey, line.outcome])).toEqual([
      ["arrival", "classify", "r1-2", "open"],
      ["end", "classify", "r1-2", "answered"],
    ]);
  });

  test("with tokens from and to the provider's cache costs what they cost", async () => {
    const usage = { input_tokens: 10, output_tokens: 100, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 2_000 };
    const server = await start({ usage: () => usage });
    const answer = await at(server.url, "claude-sonnet-5-5").call(request, never);
    expect(answer.usage).toEqual({ inputTokens: 10, outputTokens: 100, cacheReadTokens: 1_000, cacheWriteTokens: 2_000 });
    expect(answer.costMicros).toBe(10 * 2 + 100 * 10 + 1_000 * 0.1 + 2_000 * 2.5);
  });

  test("whose root is no object, and one of a schema that cannot be held, come back all the same", async () => {
    const server = await start({ script: (task) => (task === "list" ? { value: ["a", "b"] } : { free: { x: 1 } }) });
    const models = at(server.url);
    const list = await models.call({ ...request, task: "list", schema: z.array(z.string()) }, never);
    expect(list.value).toEqual(["a", "b"]);
    const free = await models.call({ ...request, task: "free", schema: z.object({ free: z.record(z.string(), z.number()) }) }, never);
    expect(free.value).toEqual({ free: { x: 1 } });
  });
});

describe("a failure", () => {
  test("of the key is terminal", async () => {
    const server = await start({ keys: ["another"] });
    expect(await failure(at(server.url).call(request, never))).toMatchObject({ code: "MODEL_KEY_REFUSED", terminal: true });
  });

  test("of the model's name is terminal, with a price and without one", async () => {
    const server = await start({ models: ["claude-opus-5-5"] });
    expect(await failure(at(server.url).call(request, never))).toMatchObject({ code: "MODEL_UNKNOWN", terminal: true });
    const unpriced = await failure(at(server.url, "claude-nine").call(request, never));
    expect(unpriced).toMatchObject({ code: "MODEL_PRICE_MISSING", terminal: true });
    expect(unpriced.message).toContain("no price is known");
    expect(server.log).toEqual([]);
  });

  test("of the request is terminal", async () => {
    const server = await start();
    expect(await failure(at(server.url).call({ ...request, maxTokens: 0 }, never))).toMatchObject({
      code: "MODEL_BAD_REQUEST",
      terminal: true,
    });
  });

  test("of the rate says when to come back", async () => {
    const server = await start({ faults: { rateLimited: 1, retryAfter: 7 } });
    expect(await failure(at(server.url).call(request, never))).toMatchObject({
      code: "MODEL_RATE_LIMITED",
      retryAfter: 7_000,
      terminal: false,
    });
    expect(server.log.filter((line) => line.event === "arrival")).toHaveLength(1);
  });

  test.each([
    ["overloaded", "MODEL_OVERLOADED", undefined],
    ["brokenStream", "MODEL_STREAM_BROKEN", false],
    ["truncatedJson", "MODEL_ANSWER_INVALID", true],
  ] as const)("by %s is %s", async (fault, code, exact) => {
    const server = await start({ faults: { [fault]: 1 } });
    const error = await failure(at(server.url).call(request, never));
    expect(error).toMatchObject({ code, terminal: false });
    expect(error.spent?.exact).toBe(exact);
    expect(server.faults[fault]).toBe(1);
  });

  test("of the schema names the place, and what it cost", async () => {
    const server = await start({ script: () => ({ urgency: "soon", why: 3 }) });
    const error = await failure(at(server.url).call(request, never));
    expect(error.code).toBe("MODEL_ANSWER_INVALID");
    expect(error.message).toContain("$.urgency");
    expect(error.spent?.costMicros).toBe(server.log.at(-1)?.costMicros);
  });

  test("of the connection is retryable", async () => {
    const server = await start();
    await server[Symbol.asyncDispose]();
    const error = await failure(at(server.url).call(request, never));
    expect(error).toMatchObject({ code: "MODEL_UNREACHABLE", terminal: false });
    expect(error.message).toContain("ECONNREFUSED");
  });
});

describe("an abort", () => {
  test.each([
    ["before the first byte", { delayMs: 60_000 }],
    ["in the middle of the stream", { pieceMs: 60_000 }],
    ["in a silence that is billed", { faults: { timeout: 1 } }],
  ])("%s ends with the signal's reason and closes the request", async (_when, options) => {
    const server = await start(options);
    const stop = new AbortController();
    const reason = new Error("no time left");
    const call = at(server.url).call(request, stop.signal);
    await expect.poll(() => server.log.length).toBeGreaterThan(0);
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect.poll(() => server.log.at(-1)?.event).toBe("end");
    expect(["aborted", "timeout"]).toContain(server.log.at(-1)?.outcome);
  });

  test("before the call makes none", async () => {
    const server = await start();
    await expect(at(server.url).call(request, AbortSignal.abort("gone"))).rejects.toBe("gone");
    expect(server.log).toEqual([]);
  });
});
