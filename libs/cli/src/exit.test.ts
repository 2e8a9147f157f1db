import { ArmadaError, Refusal } from "@armada/contracts";
import { readRun } from "@armada/engine/reading";
import { expect, test } from "vitest";
import { exitCode, resultOf, targetOf } from "./commands/run.ts";
import { EXIT, exitCodeOf, explain, inWords } from "./exit.ts";
import { lines } from "./lines.ts";

test("the exit codes are those that scripts rely on", () => {
  expect(EXIT).toEqual({ ok: 0, failed: 1, usage: 2, refused: 3, nothing: 4, interrupted: 130 });
});

test.each([
  ["USAGE", 2],
  ["BAD_CONFIG", 2],
  ["BAD_NAME", 2],
  ["BAD_LIMIT", 2],
  ["BAD_LIMITS", 2],
  ["BAD_CACHE", 2],
  ["BAD_BATCH", 2],
  ["BAD_LANE", 2],
  ["BAD_SCHEDULE", 2],
  ["BAD_TEAM", 2],
  ["NOT_LISTED", 2],
  ["NO_SUCH_TEAM", 2],
  ["INPUT_INVALID", 3],
  ["TOPIC_NOT_COVERED", 3],
  ["NO_SUCH_FOLDER", 3],
  ["NO_SUCH_RUN", 3],
  ["BAD_JSON", 3],
  ["NO_MESH", 4],
  ["GATEWAY_NOT_TRUSTED", 4],
  ["MESH_RUNNING", 4],
  ["LOG_UNAVAILABLE", 4],
  ["SOMETHING_ELSE", 1],
  [undefined, 1],
])("%s ends with %i", (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});

test("an error is said in one sentence and a line of what to do; only what nobody foresaw shows a stack", () => {
  expect(explain(new ArmadaError("NO_MESH", "no mesh runs here", { hint: "npx armada up" }))).toBe(
    "no mesh runs here (NO_MESH)\n  npx armada up",
  );
  expect(explain(new Refusal("TOPIC_NOT_COVERED", "no document speaks of it"))).toBe("no document speaks of it (TOPIC_NOT_COVERED)");
  expect(explain(new TypeError("x is not a function"))).toMatch(/^TypeError: x is not a function\n {4}at /);
  expect(explain("thrown text")).toBe("thrown text");
});

const ended = (status: "completed" | "degraded" | "failed" | "cancelled", code?: string): ReturnType<typeof readRun> => {
  const state = readRun([]);
  state.ended = { status, ...(code === undefined ? {} : { failure: { code, message: "why" } }) };
  return state;
};

test.each([
  [ended("completed"), 0],
  [ended("degraded"), 0],
  [ended("cancelled"), 1],
  [ended("failed", "MODEL_KEY_REFUSED"), 1],
  // A mesh that was there to run it is something to talk to, whatever the run itself could not reach.
  [ended("failed", "LOG_UNAVAILABLE"), 1],
  [ended("failed", "USAGE"), 1],
  [ended("failed", "TOPIC_NOT_COVERED"), 3],
  [readRun([]), 1],
])("a run's end is an exit code (%#)", (state, exit) => {
  expect(exitCode(state)).toBe(exit);
});

test("the result of any end is a line of the schema", () => {
  for (const state of [ended("completed"), ended("failed", "INPUT_INVALID"), ended("cancelled")]) {
    state.startedAt = "2026-11-22T14:03:00.000Z";
    expect(lines.result.parse(resultOf("r1", state, null))).toMatchObject({ status: state.ended?.status, ms: 0 });
  }
});

test.each(["content", "content.", ".create_article", "a.b.c", ""])("%j is no TEAM.WORKFLOW", (text) => {
  expect(() => targetOf(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
});

test("what the file system refuses is a sentence that names the file", () => {
  const refused = Object.assign(new Error("EROFS: read-only file system, mkdir '/mnt/x'"), { code: "EROFS", path: "/mnt/x" });
  expect(explain(inWords(refused))).toMatch(
    /^\/mnt\/x is on a file system that is read-only \(FOLDER_UNUSABLE\)\n {2}work in another folder/,
  );
  const missing = Object.assign(new Error("ENOENT: no such file or directory, open '/x'"), { code: "ENOENT", path: "/x" });
  expect(explain(inWords(missing))).toMatch(/^\/x is not there \(FOLDER_UNUSABLE\)\n {2}name a file/);
  const other = new Error("other");
  expect(inWords(other)).toBe(other);
});
