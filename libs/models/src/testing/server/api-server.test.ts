import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Anthropic } from "@anthropic-ai/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readApiLog, startApiServer } from "../index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-api-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const client = (baseURL: string): Anthropic => new Anthropic({ apiKey: "k", baseURL, maxRetries: 0, openTelemetry: false });
const forced = {
  model: "claude-haiku-5-5",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "sort it" }],
  tools: [{ name: "classify", input_schema: { type: "object" as const, properties: { urgency: { type: "string" } } } }],
  tool_choice: { type: "tool" as const, name: "classify" },
};

test("the official SDK reads a forced tool's answer, streamed and whole", async () => {
  await using server = await startApiServer({ script: (task) => ({ task, urgency: "high" }) });
  const streamed = await client(server.url).messages.stream(forced).finalMessage();
  const whole = await client(server.url).messages.create(forced);
  for (const message of [streamed, whole]) {
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content[0]).toMatchObject({ type: "tool_use", name: "classify", input: { task: "classify", urgency: "high" } });
  }
  expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
  expect((await client(server.url).messages.countTokens({ model: forced.model, messages: forced.messages })).input_tokens).toBeGreaterThan(
    0,
  );
});

test("the models that take no forced tool refuse one, as at the API", async () => {
  await using server = await startApiServer({ script: () => ({}) });
  await expect(client(server.url).messages.create({ ...forced, model: "claude-sonnet-5-5" })).rejects.toMatchObject({ status: 400 });
});

test("what is malformed is a 400 that names the place", async () => {
  await using server = await startApiServer({ script: () => ({}) });
  await expect(client(server.url).messages.create({ ...forced, messages: [] })).rejects.toMatchObject({
    status: 400,
    type: "invalid_request_error",
    apiMessage: expect.stringContaining("messages"),
  });
});

test("the log on disk has two lines a request, and bills what was made", async () => {
  const logFile = join(folder, "deep", "api.jsonl");
  await using server = await startApiServer({ script: () => ({ a: 1 }), logFile, faults: { seed: 3, brokenStream: 0.5 } });
  for (let i = 0; i < 10; i++)
    await client(server.url)
      .messages.create({ ...forced, stream: false })
      .catch(() => undefined);
  const lines = readApiLog(logFile);
  expect(lines).toEqual(server.log);
  expect(lines.filter(({ event }) => event === "arrival")).toHaveLength(10);
  const ends = lines.filter(({ event }) => event === "end");
  expect(ends.filter(({ outcome }) => outcome === "stream_broken")).toHaveLength(server.faults.brokenStream);
  expect(ends.every(({ billed, costMicros }) => billed && costMicros > 0)).toBe(true);
});

test("the same seed gives the same faults", async () => {
  const outcomes = async (seed: number): Promise<string[]> => {
    await using server = await startApiServer({ script: () => ({}), faults: { seed, rateLimited: 0.3, overloaded: 0.3 } });
    for (let i = 0; i < 20; i++)
      await client(server.url)
        .messages.create(forced)
        .catch(() => undefined);
    return server.log.flatMap(({ event, outcome }) => (event === "end" ? [outcome] : []));
  };
  const first = await outcomes(7);
  expect(await outcomes(7)).toEqual(first);
  expect(await outcomes(8)).not.toEqual(first);
  expect(new Set(first).size).toBe(3);
});
