import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ArmadaError, Refusal } from "@armada/contracts";
import type { CallServices, Sandbox } from "@armada/engine";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { beginOf } from "./begin.ts";
import { SandboxPool } from "./pool.ts";

const main = fileURLToPath(new URL("../testing/sandboxed-main.ts", import.meta.url));
const env = { PATH: process.env.PATH, PLAIN: "yes", NATS_CREDS: "keys", OPENAI_API_KEY: "sk-test", CRM_TOKEN: "of the environment" };
const pool = new SandboxPool(beginOf(main, env, { CRM_TOKEN: "crm", OPENAI_API_KEY: "sk-test" }));
afterAll(() => pool.close());

const never = new AbortController().signal;
const stored = new Map<string, Uint8Array>();

function services(more: Partial<CallServices> = {}): CallServices {
  return {
    ask: async <T>() => ({ text: "written", at: "2026-01-01T00:00:00Z" }) as T,
    recorded: async (tool, n) => (n === 1 ? { value: { recorded: tool } } : undefined),
    record: async (_tool, n, output) => ({ n, output }),
    putObject: async (bytes) => {
      stored.set("d1", bytes);
      return "d1";
    },
    getObject: async (digest) => stored.get(digest) ?? Buffer.from("nothing"),
    ...more,
  };
}

const given = (what: string): Parameters<Sandbox["call"]>[0] => ({
  agent: "does",
  input: { what },
  context: { orders: { open: 3 } },
  idempotencyKey: "r1-2",
  attempt: 3,
});

async function called(what: string, isolate: "process" | "thread", more: Partial<CallServices> = {}, signal = never): Promise<unknown> {
  const sandbox = await pool.acquire({ name: "does", limits: { isolate } }, never);
  try {
    return await sandbox.call(given(what), services(more), signal);
  } finally {
    await sandbox.release();
  }
}

describe.each(["process", "thread"] as const)("in a %s", (kind) => {
  test("a call has all that it has in its replica", async () => {
    expect(await called("all", kind)).toEqual({
      text: "written",
      at: Date.parse("2026-01-01T00:00:00Z"),
      digest: "d1",
      kept: "kept",
      noted: [{ recorded: "note" }, { n: 2, output: { n: 2, idempotencyKey: "r1-2.note.2" } }],
      attempt: 3,
      idempotencyKey: "r1-2",
      context: ["orders"],
    });
  });

  test("its environment has the team's secrets, and nothing of the replica's own", async () => {
    expect(await called("environment", kind)).toEqual({ PLAIN: "yes", CRM_TOKEN: "crm", NATS_CREDS: "", OPENAI_API_KEY: "" });
  });

  test("what it throws is what its step fails of", async () => {
    const refused = await called("refuses", kind).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ code: "NOT_COVERED", message: "not that", details: { covered: ["this"] } });
    const failed = await called("fails", kind).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ArmadaError);
    expect(failed).toMatchObject({ code: "CRM_DOWN", hint: "wait", retryable: true, retryAfter: 250 });
  });

  test("an error of the replica's that it lets through comes back as it was", async () => {
    const down = new ArmadaError("MODEL_UNREACHABLE", "no answer", { retryable: true });
    await expect(called("asks", kind, { ask: () => Promise.reject(down) })).rejects.toBe(down);
  });

  test("an answer that its schema does not read fails the call", async () => {
    await expect(called("asks", kind, { ask: async <T>() => ({ text: 1 }) as T })).rejects.toMatchObject({ code: "MODEL_ANSWER_INVALID" });
  });

  test("who is told that it is over ends, and its sandbox goes on", async () => {
    const over = new AbortController();
    const sandbox = await pool.acquire({ name: "does", limits: { isolate: kind } }, never);
    const call = sandbox.call(given("waits"), services(), over.signal);
    const late = new ArmadaError("ATTEMPT_TIMED_OUT", "too late");
    over.abort(late);
    await expect(call).rejects.toBe(late);
    expect(await sandbox.release()).toBe(false);
  });

  test("who ends it fails of that, and the next one has another", async () => {
    const sandbox = await pool.acquire({ name: "does", limits: { isolate: kind } }, never);
    await expect(sandbox.call(given("exits"), services(), never)).rejects.toMatchObject({
      code: "SANDBOX_ENDED",
      message: "what agent does ran in ended: exit code 3",
    });
    expect(await sandbox.release()).toBe(true);
    expect(await called("environment", kind)).toMatchObject({ PLAIN: "yes" });
  });

  test("who holds it is told of, and ended once it is over", async () => {
    const over = new AbortController();
    const sandbox = await pool.acquire({ name: "does", limits: { isolate: kind } }, never);
    const call = sandbox.call(given("loops"), services(), over.signal).catch((error: unknown) => error);
    await sandbox.held;
    over.abort(new ArmadaError("ATTEMPT_TIMED_OUT", "too late"));
    expect(await call).toMatchObject({ code: "ATTEMPT_TIMED_OUT" });
    expect(await sandbox.release()).toBe(true);
  });
});

test("what an agent's code left behind is no other agent's: each has sandboxes of its own", async () => {
  const pid = async (name: string): Promise<unknown> => {
    const sandbox = await pool.acquire({ name, limits: { isolate: "process" } }, never);
    const answer = await sandbox.call(given("pid"), services(), never);
    await sandbox.release();
    return answer;
  };
  const first = await pid("left_a_timer");
  expect(await pid("left_a_timer")).toEqual(first);
  expect(await pid("innocent")).not.toEqual(first);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s to the replica's whole group leaves a call at work", async (signal) => {
  const sandbox = await pool.acquire({ name: "does", limits: { isolate: "process" } }, never);
  const { pid } = z.object({ pid: z.int() }).parse(await sandbox.call(given("pid"), services(), never));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<unknown>();
  const ask: CallServices["ask"] = async <T>() => {
    asked.resolve();
    return (await answer.promise) as T;
  };
  const call = sandbox.call(given("asks"), services({ ask }), never);
  await asked.promise;
  process.kill(pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 100));
  answer.resolve({ text: "written", at: "2026-01-01T00:00:00Z" });
  expect(await call).toEqual({});
  expect(await sandbox.release()).toBe(false);
});

test("of those that are only suspected, four run at a time", async () => {
  const over = new AbortController();
  const first = await Promise.all([1, 2, 3, 4].map(() => pool.acquire({ name: "does", limits: {} }, never)));
  let fifth = false;
  const waiting = pool.acquire({ name: "does", limits: {} }, never).then((sandbox) => {
    fifth = true;
    return sandbox;
  });
  const given_up = pool.acquire({ name: "does", limits: {} }, over.signal).catch((error: unknown) => error);
  over.abort(new ArmadaError("DRAINED", "the replica stops"));
  expect(await given_up).toMatchObject({ code: "DRAINED" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fifth).toBe(false);
  expect(await first[0]?.release()).toBe(false);
  for (const sandbox of [await waiting, ...first.slice(1)]) expect(await sandbox.release()).toBe(false);
});

test("a main that does not load is said, and nobody waits", async () => {
  const nowhere = new SandboxPool(beginOf("/nowhere/main.ts", { PATH: env.PATH }, {}));
  await expect(nowhere.acquire({ name: "does", limits: { isolate: "process" } }, never)).rejects.toMatchObject({ code: "SANDBOX_FAILED" });
});

test("a process that loops ends with its replica", async () => {
  const begin = fileURLToPath(new URL("./begin.ts", import.meta.url));
  const code = `const { beginOf } = await import(${JSON.stringify(begin)});
    const begun = beginOf(${JSON.stringify(main)}, { PATH: process.env.PATH }, {})({ kind: "process", memory: undefined });
    begun.hear(({ type }) => {
      if (type !== "ready") return;
      begun.tell({ type: "call", call: 1, given: { agent: "does", input: { what: "loops" }, context: {}, idempotencyKey: "r-1", attempt: 1 } });
      setTimeout(() => console.log(begun.pid), 200);
    });`;
  const replica = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((resolve) => replica.stdout.once("data", (line) => resolve(Number(String(line)))));
  expect(process.kill(pid, 0)).toBe(true);
  replica.kill("SIGKILL");
  await expect.poll(() => isThere(pid), { timeout: 5_000 }).toBe(false);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
