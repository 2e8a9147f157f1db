import { expect, test } from "vitest";
import { chooseModels } from "./choose.ts";
import type { Models } from "./port.ts";
import { startApiServer } from "./testing/index.ts";

const local: Models = { call: () => Promise.reject(new Error("not asked here")) };
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

test("an address where nothing answers is left to the calls", async () => {
  const chosen = chooseModels({ env: { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" }, local: () => local });
  expect(await chosen.checkKey(never)).toBeUndefined();
});
