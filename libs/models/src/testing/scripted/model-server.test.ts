import { Anthropic } from "@anthropic-ai/sdk";
import { OpenAI } from "openai";
import { expect, test } from "vitest";
import { z } from "zod";
import { chooseModels } from "../../choose.ts";
import type { ModelRequest } from "../../port.ts";
import type { ApiServer } from "../server/api-server.ts";
import { type Served, startModelServer } from "./model-server.ts";
import { readScript } from "./script-file.ts";

const SCRIPT = `
answers:
  - when: { prompt: refund, model: claude }
    text: We refund it.
    usage: { input: 120, output: 7, cacheRead: 30 }
  - when: { prompt: refund }
    text: Your card is refunded.
    usage: { input: 90, output: 5 }
    pace: 1ms
  - when: { prompt: '/price of (a|the) tram/i' }
    json: { cents: 240 }
  - when: { prompt: busy }
    times: 1
    error: { status: 429, message: slow down, retryAfter: 1500ms }
  - when: { prompt: busy }
    text: Here I am.
  - when: { prompt: broken }
    text: This sentence is cut in its middle.
    breaks: true
  - when: { prompt: slow }
    text: At last.
    delay: 300ms
  - when: { system: pirate }
    text: Arr.
`;

const started = (text: string, heard?: (served: Served) => void): Promise<ApiServer> =>
  startModelServer({ script: readScript(text, "script.yml"), ...(heard === undefined ? {} : { heard }) });
const anthropic = ({ url }: ApiServer, maxRetries = 0): Anthropic =>
  new Anthropic({ apiKey: "test", baseURL: url, maxRetries, openTelemetry: false });
const openai = ({ url }: ApiServer, maxRetries = 0): OpenAI => new OpenAI({ apiKey: "test", baseURL: `${url}/v1`, maxRetries });
const said = (content: string) => ({ model: "claude-any", max_tokens: 100, messages: [{ role: "user" as const, content }] });
const asked = (content: string) => ({ model: "gpt-any", messages: [{ role: "user" as const, content }] });

test("Anthropic's SDK reads answer and usage, streamed and whole", async () => {
  await using server = await started(SCRIPT);
  const whole = await anthropic(server).messages.create(said("a refund, please"));
  const streamed = await anthropic(server).messages.stream(said("a refund, please")).finalMessage();
  for (const { content, usage, stop_reason } of [whole, streamed]) {
    expect([content[0], stop_reason]).toMatchObject([{ type: "text", text: "We refund it." }, "end_turn"]);
    expect(usage).toMatchObject({ input_tokens: 120, output_tokens: 7, cache_read_input_tokens: 30 });
  }
});

test("OpenAI's SDK reads answer and usage, streamed and whole", async () => {
  await using server = await started(SCRIPT);
  const whole = await openai(server).chat.completions.create(asked("a refund, please"));
  expect([whole.choices[0]?.message.content, whole.usage]).toMatchObject([
    "Your card is refunded.",
    { prompt_tokens: 90, completion_tokens: 5, total_tokens: 95 },
  ]);
  const stream = await openai(server).chat.completions.create({
    ...asked("a refund, please"),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Your card is refunded.");
  expect(chunks.filter(({ choices }) => (choices[0]?.delta.content ?? "") !== "").length).toBeGreaterThan(2);
  expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 90, completion_tokens: 5 });
});

test("an error has the protocol's own form and says when to come again; of so many requests alone", async () => {
  await using server = await started(SCRIPT);
  const failed: unknown = await anthropic(server)
    .messages.create(said("busy?"))
    .catch((error: unknown) => error);
  expect(failed).toMatchObject({ status: 429, type: "rate_limit_error" });
  const headers = failed instanceof Anthropic.APIError ? failed.headers : undefined;
  expect([headers?.get("retry-after"), headers?.get("retry-after-ms")]).toEqual(["2", "1500"]);
  expect(await textOf(server, "busy?")).toBe("Here I am.");
});

test("an SDK tries again as it is told, and has the next answer", async () => {
  await using server = await started(SCRIPT);
  const before = performance.now();
  const answer = await openai(server, 1).chat.completions.create(asked("busy?"));
  expect(answer.choices[0]?.message.content).toBe("Here I am.");
  expect(performance.now() - before).toBeGreaterThan(1_400);
});

test("an answer that is late, one that breaks off, one by the system prompt", async () => {
  await using server = await started(SCRIPT);
  const before = performance.now();
  expect(await textOf(server, "slow?")).toBe("At last.");
  expect(performance.now() - before).toBeGreaterThan(290);
  await expect(anthropic(server).messages.stream(said("broken?")).finalMessage()).rejects.toThrow();
  const answer = await anthropic(server).messages.create({ ...said("hello"), system: "You are a pirate." });
  expect(answer.content[0]).toMatchObject({ text: "Arr." });
});

test("what fits nothing is a 400 that quotes it, counted, and told", async () => {
  const heard: Served[] = [];
  await using server = await started(SCRIPT, (served) => heard.push(served));
  await expect(openai(server).chat.completions.create(asked("the weather?"))).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('no answer of the script fits: model gpt-any, prompt "the weather?"'),
  });
  expect(await textOf(server, "Price of a tram")).toBe('{"cents":240}');
  expect(heard).toEqual([
    { model: "gpt-any", answer: undefined, status: 400 },
    { model: "claude-any", answer: "answers[2]", status: 200 },
  ]);
  expect(await (await fetch(`${server.url}/v1/armada/counts`)).json()).toEqual({ requests: 2, answered: 1, unmatched: 1 });
});

test("the default answers what nothing else fits; models and keys are those that are listed", async () => {
  await using server = await started("models: [claude-any]\nkeys: [secret-of-a-test]\ndefault: { text: I do not know. }\n");
  const sdk = new Anthropic({ apiKey: "secret-of-a-test", baseURL: server.url, maxRetries: 0, openTelemetry: false });
  expect((await sdk.messages.create(said("the weather?"))).content[0]).toMatchObject({ text: "I do not know." });
  await expect(sdk.messages.create({ ...said("?"), model: "claude-other" })).rejects.toMatchObject({ status: 404 });
  await expect(anthropic(server).messages.create(said("?"))).rejects.toMatchObject({ status: 401 });
});

test("the product's own providers ask it, at both protocols", async () => {
  const models = "models: [claude-haiku-5-5, claude-sonnet-5-5, llama-of-a-test]\n";
  await using server = await started(`${models}default: { json: { cents: 240 }, usage: { input: 50, output: 4 } }\n`);
  const env = { ANTHROPIC_API_KEY: "test", ANTHROPIC_BASE_URL: server.url, OPENAI_BASE_URL: `${server.url}/v1` };
  const chosen = chooseModels({
    env,
    tiers: { orchestrator: "openai/llama-of-a-test" },
    local: () => {
      throw new Error("no tier is to be local");
    },
  });
  const signal = AbortSignal.timeout(20_000);
  expect(await chosen.problems(signal)).toEqual([]);
  for (const tier of ["worker", "orchestrator"] as const) {
    const request: ModelRequest<{ cents: number }> = { ...ASK, tier };
    expect(await chosen.models.call(request, signal)).toMatchObject({
      value: { cents: 240 },
      usage: { inputTokens: 50, outputTokens: 4 },
    });
  }
});

const ASK = {
  task: "price",
  prompt: "What is the price of a tram?",
  material: [],
  schema: z.object({ cents: z.int() }),
  maxTokens: 100,
} satisfies Partial<ModelRequest<{ cents: number }>>;

async function textOf(server: ApiServer, prompt: string): Promise<string> {
  const { content } = await anthropic(server).messages.create(said(prompt));
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
