import { expect, test } from "vitest";
import { JOURNAL_TIME, journalLog } from "../testing/journal-log.ts";
import { runsOf } from "./runs-of.ts";

test("a journal tells what caches saved, by whom, and how its run ended", async () => {
  const log = await journalLog([
    ["run.started", { workflow: "buy", version: 1, source: "", input: {}, by: { kind: "ask", from: "operator", id: "r1" } }],
    ["step.requested", { n: 1, agent: "buyer", variant: "a", input: {} }],
    ["step.requested", { n: 2, agent: "planner", variant: "a", input: {} }],
    ["step.completed", { n: 2, attempt: 1, output: {}, ms: 1, tokens: 5, costMicros: 7 }],
    ["step.completed", { n: 1, attempt: 1, output: {}, ms: 1, tokens: 0, costMicros: 0, saved: { micros: 9, tokens: 90 } }],
    ["run.ended", { status: "completed", output: {} }],
  ]);
  const whose = { team: "shop", workflow: "buy", run: "r1", at: Date.parse(JOURNAL_TIME) };
  expect(await runsOf(log, "shop", 0)).toEqual({
    savings: [{ ...whose, agent: "buyer", micros: 9 }],
    ends: [{ ...whose, status: "completed" }],
  });
});
