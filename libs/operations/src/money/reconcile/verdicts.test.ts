import { startApiServer } from "@armada/models/testing";
import { expect, test } from "vitest";
import { ledgerCall } from "../../testing/ledger-calls.ts";
import { addressOf, verdictsOf } from "./verdicts.ts";

const BODY = { model: "claude-haiku-5-5", max_tokens: 20, messages: [{ role: "user", content: "hello" }] };
const NONE = new Map<string, never>();
const prices = async () => [];
const now = Date.now() + 60_000;

test("suspects are judged by the account of the provider that serves their model; without one they stay, with what is missing", async () => {
  await using server = await startApiServer({ script: () => ({ a: 1 }) });
  const headers = { "content-type": "application/json", "x-api-key": "k", "x-armada-call": "known" };
  expect((await fetch(`${server.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(BODY) })).status).toBe(200);
  const [billed] = server.log.filter(({ event }) => event === "end");
  const at = Date.now();
  const [known, lost, other, waits] = [
    ledgerCall("known", { at }),
    ledgerCall("lost", { at }),
    ledgerCall("other", { at, model: "gpt-x" }),
    ledgerCall("waits", { at }),
  ];
  const env = { ANTHROPIC_BASE_URL: server.url };
  const verdicts = await verdictsOf([known, lost, other, waits], [], {
    env,
    now,
    prices,
    draws: new Map([["waits", { at, batch: "open" }]]),
  });
  expect(verdicts.get(known)).toMatchObject({ became: "settled", micros: billed?.costMicros });
  expect(verdicts.get(lost)).toMatchObject({ became: "released" });
  expect(verdicts.get(other)).toMatchObject({ became: "suspect", why: expect.stringContaining("--usage URL") });
  expect(verdicts.get(waits)).toMatchObject({ became: "suspect", why: expect.stringContaining("may still send it in a batch") });

  const openai = { OPENAI_BASE_URL: `${server.url}/v1` };
  expect((await verdictsOf([other], [], { env: openai, now, prices, draws: NONE })).get(other)).toMatchObject({ became: "released" });
  expect((await verdictsOf([other], [], { env: {}, usage: server.url, now, prices, draws: NONE })).get(other)).toMatchObject({
    became: "released",
  });
});

test("Anthropic's own API wants an admin key, and is not asked without one", async () => {
  const one = ledgerCall("one");
  const found = await verdictsOf([one], [], { env: {}, now, prices, draws: NONE });
  expect(found.get(one)).toMatchObject({ became: "suspect", why: expect.stringContaining("ANTHROPIC_ADMIN_KEY") });
});

test("a provider that does not answer frees nothing", async () => {
  const env = { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
  await expect(verdictsOf([ledgerCall("one")], [], { env, now, prices, draws: NONE })).rejects.toMatchObject({ code: "USAGE_UNREADABLE" });
});

test.each(["nowhere", "file:///etc/passwd", "127.0.0.1:80"])("%j is no address", (text) => {
  expect(() => addressOf("--usage", text)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
