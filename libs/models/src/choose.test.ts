import { expect, test } from "vitest";
import { z } from "zod";
import { chooseModels } from "./choose.ts";
import type { Models } from "./port.ts";
import { pricesFrom } from "./pricing/price-text.ts";
import { startApiServer } from "./testing/index.ts";

const local: Models = { call: () => Promise.reject(new Error("not asked here")) };
const request = { task: "t", material: [], schema: z.object({ a: z.string() }) };
const never = new AbortController().signal;

test("no key, or an empty one, is the local model, and there is nothing to check", async () => {
  for (const env of [{}, { ANTHROPIC_API_KEY: "" }, { ANTHROPIC_API_KEY: "  " }]) {
    const chosen = chooseModels({ env, local: () => local });
    expect(chosen).toMatchObject({ provider: "local", models: local });
    expect(await chosen.checkKey(never)).toBeUndefined();
  }
});

test("a key is Claude at the given address, and a good one is not talked about", async () => {
  await using server = await startApiServer({ script: () => ({}), keys: ["right"] });
  const chosen = chooseModels({ env: { ANTHROPIC_API_KEY: "right", ANTHROPIC_BASE_URL: server.url }, local: () => local });
  expect(chosen.provider).toBe("anthropic");
  expect(await chosen.checkKey(never)).toBeUndefined();
  expect(server.log).toEqual([]);
});

test("a refused key is one line that does not repeat it", async () => {
  await using server = await startApiServer({ script: () => ({}), keys: ["right"] });
  const chosen = chooseModels({ env: { ANTHROPIC_API_KEY: "sk-wrong", ANTHROPIC_BASE_URL: server.url }, local: () => local });
  const line = await chosen.checkKey(never);
  expect(line).toBe(
    "ANTHROPIC_API_KEY is set, but the API refused the key (401: invalid x-api-key): correct it, or unset it to use the local model",
  );
});

test("a tier's model that the API does not know is one line", async () => {
  await using server = await startApiServer({ script: () => ({}), models: ["claude-haiku-5-5", "claude-sonnet-5-5"] });
  const chosen = chooseModels({ env: { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: server.url }, local: () => local });
  expect(await chosen.checkKey(never)).toContain("does not know the model claude-opus-5-5");
});

test("a provider that is down, a missing price and a tier without its server are said, each in one line", async () => {
  const gone = await startApiServer({ script: () => ({}) });
  await gone[Symbol.asyncDispose]();
  const down = chooseModels({ env: { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: gone.url }, local: () => local });
  expect(await down.problems(never)).toEqual([
    {
      model: "claude-haiku-5-5",
      code: "MODEL_UNREACHABLE",
      line: expect.stringMatching(/^the API cannot be reached \(connect ECONNREFUSED.+check the network/),
    },
  ]);
  expect(await down.checkKey(never)).toBeUndefined();
  const unpriced = chooseModels({ env: { OPENAI_API_KEY: "k" }, local: () => local, tiers: { worker: "gpt-x" } });
  expect(await unpriced.checkKey(never)).toMatch(/^no price is known for the model "gpt-x".+add its price to models.prices/);
  const missing = chooseModels({ env: {}, local: () => local, tiers: { worker: "openai/llama3" } });
  expect(await missing.checkKey(never)).toMatch(/neither OPENAI_BASE_URL nor OPENAI_API_KEY is set: set the provider's key/);
  await expect(missing.models.call({ ...request, tier: "worker" }, never)).rejects.toMatchObject({ code: "MODEL_NOT_CONFIGURED" });
  await expect(missing.models.call({ ...request, tier: "specialist" }, never)).rejects.toThrow("not asked here");
});

test("a model that its provider ends is said, by the list of models and by the price", async () => {
  await using server = await startApiServer({ script: () => ({}) });
  const lifecycle: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const path = input instanceof Request ? input.url : String(input);
    if (!path.includes("/v1/models/")) return response;
    const ends = path.endsWith("claude-opus-5-5")
      ? { lifecycle: "deprecated", retires_at: "2027-02-01T00:00:00Z" }
      : { lifecycle: "active", retires_at: null };
    return Response.json(Object.assign({}, await response.json(), ends));
  };
  const chosen = chooseModels({
    env: { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: server.url },
    local: () => local,
    fetch: lifecycle,
    prices: pricesFrom("claude-haiku-5-5: $1 in, $5 out, ends 2027-01-14"),
  });
  const ended = (model: string, day: string) => ({
    model,
    code: "MODEL_ENDS",
    line: expect.stringContaining(`ends the model ${model} on ${day}`) as string,
  });
  expect(await chosen.problems(never)).toEqual([ended("claude-haiku-5-5", "2027-01-14"), ended("claude-opus-5-5", "2027-02-01")]);
  expect(await chosen.checkKey(never)).toBeUndefined();
});

test("each tier is served by the provider that its model names", async () => {
  await using server = await startApiServer({ script: () => ({ a: "b" }), models: ["llama3", "claude-opus-5-5"] });
  const env = { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: server.url, OPENAI_BASE_URL: `${server.url}/v1` };
  const tiers = { worker: "openai/llama3", specialist: "local", orchestrator: "anthropic/claude-opus-5-5" };
  const chosen = chooseModels({ env, local: () => local, tiers, prices: pricesFrom("llama3: $1 in, $1 out") });
  expect(chosen).toMatchObject({
    provider: "openai and local and anthropic",
    tiers: { worker: "llama3", specialist: "local", orchestrator: "claude-opus-5-5" },
  });
  expect([chosen.batches("worker"), chosen.batches("specialist")]).toEqual([undefined, undefined]);
  expect(chosen.batches("orchestrator")).toBeDefined();
  expect(await chosen.problems(never)).toEqual([]);
  for (const tier of ["worker", "orchestrator"] as const) await chosen.models.call({ ...request, tier }, never);
  await expect(chosen.models.call({ ...request, tier: "specialist" }, never)).rejects.toThrow("not asked here");
  expect(server.log.flatMap((line) => (line.event === "end" ? [[line.model, line.provider]] : []))).toEqual([
    ["llama3", "openai"],
    ["claude-opus-5-5", "anthropic"],
  ]);
});

test("an OpenAI-compatible server serves only what is asked of it by name", () => {
  const providerOf = (env: Record<string, string>, worker: string): string =>
    chooseModels({ env, local: () => local, tiers: { worker, specialist: worker, orchestrator: worker } }).provider;
  expect(providerOf({ OPENAI_API_KEY: "k" }, "claude-haiku-5-5")).toBe("local");
  expect(providerOf({ OPENAI_API_KEY: "k" }, "meta-llama/Llama-4")).toBe("openai");
  expect(providerOf({ OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" }, "gpt-x")).toBe("openai");
  expect(providerOf({ ANTHROPIC_API_KEY: "k" }, "gpt-x")).toBe("anthropic");
  expect(providerOf({}, "gpt-x")).toBe("local");
});

test("an address where nothing answers is left to the calls", async () => {
  const chosen = chooseModels({ env: { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" }, local: () => local });
  expect(await chosen.checkKey(never)).toBeUndefined();
});
