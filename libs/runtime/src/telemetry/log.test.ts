import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knowSecrets } from "@armada/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { noTracer } from "./no-tracer.ts";
import { rotatingFile } from "./rotating-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test("a line says when, who, what, and in which span", async () => {
  const file = join(folder, "logs", "content.log");
  const log = createLog({ service: "content", file });
  const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  await noTracer.span("x", {}, parent, async () => log.with({ run: "r1" }).warn("it waits", { tries: 2 }));
  log.info("later");
  log.debug("not at this level");
  await log[Symbol.asyncDispose]();
  const [first, second, ...more] = lines(file);
  expect(first).toMatchObject({
    level: "warn",
    service: "content",
    msg: "it waits",
    run: "r1",
    tries: 2,
    trace_id: "a".repeat(32),
    span_id: "b".repeat(16),
  });
  expect(String(first?.time)).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(second).not.toHaveProperty("trace_id");
  expect(more).toEqual([]);
});

test("no secret is written: not by field, not inside a text, not a value that the service knows", async () => {
  const file = join(folder, "content.log");
  using _ = knowSecrets(["gateway-key-123"]);
  const log = createLog({ service: "content", file });
  const seed = `SU${"A2".repeat(28)}`;
  const key = ["sk", "ant", "z".repeat(20)].join("-");
  log.error(`refused: Bearer abcdefghijk12 and ${key} and gateway-key-123 and ${seed}`, {
    env: { ANTHROPIC_API_KEY: "k-1", nested: [{ password: "p-1", apiKey: "k-2" }] },
    headers: { authorization: "a-1" },
    error: new Error(`bad key ${key}`),
    inputTokens: 12,
    seed: 7,
  });
  await log[Symbol.asyncDispose]();
  const text = readFileSync(file, "utf8");
  for (const secret of ["abcdefghijk", "sk-ant", "gateway-key-123", seed, "k-1", "k-2", "p-1", "a-1"]) expect(text).not.toContain(secret);
  expect(lines(file)[0]).toMatchObject({ inputTokens: 12, seed: 7, error: { type: "Error", message: "bad key [hidden]" } });
});

test("a file past its size is kept under another name, and no line is lost", async () => {
  const path = join(folder, "content.log");
  let written = 0;
  for (const files of [3, 5]) {
    const file = rotatingFile({ path, maxBytes: 2_000, keep: 1_000, checkEvery: 10 });
    while (readdirSync(folder).length < files && written < 50_000) {
      file.write(`${JSON.stringify({ n: written++ })}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await file.close();
  }
  const seen = readdirSync(folder).flatMap((name) => lines(join(folder, name)).map(({ n }) => n));
  expect(readdirSync(folder).length).toBeGreaterThanOrEqual(5);
  expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: written }, (_, n) => n));
});

test("only so many older files stay", async () => {
  const path = join(folder, "content.log");
  for (let i = 0; i < 6; i++) {
    const file = rotatingFile({ path, maxBytes: 10, keep: 2 });
    file.write(`{"round":${i},"filler":"xxxxxxxxxxxx"}\n`);
    await file.close();
  }
  expect(readdirSync(folder).sort()).toEqual(["content.log", "content.log.1", "content.log.2"]);
});

test("a file that another process has moved is followed", async () => {
  const path = join(folder, "content.log");
  const file = rotatingFile({ path, checkEvery: 1 });
  file.write('{"n":1}\n');
  await expect.poll(() => lines(path).length).toBe(1);
  renameSync(path, `${path}.1`);
  file.write('{"n":2}\n');
  await expect.poll(() => readdirSync(folder).length).toBe(2);
  file.write('{"n":3}\n');
  await file.close();
  expect(lines(path).at(-1)).toEqual({ n: 3 });
});

test("on a terminal lines are for people, elsewhere JSON", () => {
  const written: string[] = [];
  const out = { isTTY: true, write: (text: string) => written.push(text) };
  createLog({ service: "content", out }).info("ready", { port: 4780 });
  createLog({ service: "content", out: { ...out, isTTY: false } }).info("ready");
  expect(written[0]).toMatch(/^\d\d:\d\d:\d\d content info ready port=4780\n$/);
  expect(JSON.parse(written[1] ?? "")).toMatchObject({ msg: "ready" });
});
