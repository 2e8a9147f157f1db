import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { anthropicModels } from "../../providers/anthropic/models.ts";
import { readApiLog } from "../index.ts";

const here = import.meta.dirname;
let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-api-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function start(...flags: string[]) {
  const script = join(here, "../scripts", "content-paraphrase.ts");
  const args = [join(here, "api-server.main.ts"), "--script", script, "--log", join(folder, "api.jsonl"), ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  const { url } = z.object({ type: z.literal("ready"), url: z.url() }).parse(await next());
  const gone = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode;
  };
  return { url, next, gone, log: () => readApiLog(join(folder, "api.jsonl")) };
}
const ask = (url: string) =>
  anthropicModels({ apiKey: "k", baseURL: url, modelOf: () => "claude-haiku-5-5" }).call(
    { tier: "worker", task: "summarize", material: [], schema: z.object({}) },
    new AbortController().signal,
  );

test("as a process it says where it serves, answers, counts what it gave, and ends on SIGTERM", async () => {
  const { url, next, gone, log } = await start("--delay", "10", "--faults", '{"overloaded":1}');
  await expect(ask(url)).rejects.toMatchObject({ code: "MODEL_OVERLOADED" });
  const exited = gone("SIGTERM");
  expect(await next()).toMatchObject({ type: "stopped", requests: 1, answered: 0, faults: { overloaded: 1 } });
  expect(await exited).toBe(0);
  expect(log().map(({ outcome }) => outcome)).toEqual(["open", "overloaded"]);
});

test("killed with a request open, its successor on the log ends that request and goes on with the account", async () => {
  const first = await start("--hold");
  const lost = ask(first.url).catch((error: unknown) => error);
  await expect.poll(() => first.log().length).toBe(1);
  await first.gone("SIGKILL");
  expect(await lost).toMatchObject({ code: expect.stringMatching(/^MODEL_/) });

  const rows = '[{"model":"m1","since":"2026-01-01","input":1e9,"output":0,"cacheWrite5m":0,"cacheWrite1h":0,"cacheRead":0}]';
  const second = await start("--piece-ms", "1", "--batch-ms", "10", "--keys", "k", "--models", "claude-haiku-5-5,m1", "--prices", rows);
  await ask(second.url);
  expect(second.log().map(({ id, event, outcome, billed }) => [id, event, outcome, billed])).toEqual([
    ["000001", "arrival", "open", false],
    ["000001", "end", "aborted", true],
    ["000002", "arrival", "open", false],
    ["000002", "end", "answered", true],
  ]);
  const calls = await (await fetch(`${second.url}/v1/armada/calls`)).json();
  expect(calls).toMatchObject({ data: [{ outcome: "aborted" }, { outcome: "answered" }] });
  const chat = { model: "m1", messages: [{ role: "user", content: "hi" }], response_format: { type: "json_object" } };
  const headers = { authorization: "Bearer k", "x-armada-task": "summarize" };
  expect((await fetch(`${second.url}/v1/chat/completions`, { method: "POST", headers, body: JSON.stringify(chat) })).status).toBe(200);
  expect(second.log().at(-1)).toMatchObject({ model: "m1", costMicros: 2_000 });
});
