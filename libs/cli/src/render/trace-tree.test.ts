import { expect, test } from "vitest";
import type { TraceNode } from "../lines.ts";
import { traceTree } from "./trace-tree.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const step = (second: number): TraceNode => ({
  kind: "step",
  id: "s",
  team: "desk",
  what: "lister",
  at: at(second),
  status: "completed",
  children: [],
});
const round = (k: number, last: number): TraceNode => ({
  kind: "run",
  id: k === 1 ? "watch" : `watch~${k}`,
  team: "desk",
  what: "digest v1",
  at: at(k),
  status: k === last ? "waiting" : "continued",
  children: [step(k), ...(k === last ? [] : [round(k + 1, last)])],
});

test("an approval says who answered it, a wait which event it took, and neither breaks its line", () => {
  const about = { team: "desk", at: at(2), children: [] };
  const run: TraceNode = {
    ...round(1, 1),
    children: [
      { ...about, kind: "approval", id: "watch-1", what: "publish\nthis?", status: "approved", by: "Mia" },
      { ...about, kind: "wait", id: "watch-2", what: "com.example.order.paid o1", status: "taken", by: "e7" },
      { ...about, kind: "wait", id: "watch-3", what: "com.example.order.paid o2", status: "timed_out" },
      { ...about, kind: "approval", id: "watch-4", what: "and this?", status: "open" },
    ],
  };
  expect(traceTree(run).slice(1)).toEqual([
    "├─ approval publish this?  approved by Mia  +1.0 s",
    "├─ wait com.example.order.paid o1  taken by e7  +1.0 s",
    "├─ wait com.example.order.paid o2  timed out  +1.0 s",
    "└─ approval and this?  open  +1.0 s",
  ]);
});

test("the runs that go on with one run's work stand below each other, however many", () => {
  const event: TraceNode = { kind: "event", id: "e", team: "gateway", what: "com.example.day.begun", at: at(1), children: [round(1, 3)] };
  expect(traceTree(event)).toEqual([
    "event com.example.day.begun  +0 ms",
    "├─ desk.digest v1  watch  continued  +0 ms",
    "│  └─ lister  completed  +0 ms",
    "├─ desk.digest v1  watch~2  continued  +1.0 s",
    "│  └─ lister  completed  +1.0 s",
    "└─ desk.digest v1  watch~3  waiting  +2.0 s",
    "   └─ lister  completed  +2.0 s",
  ]);
  const many = traceTree(round(1, 500));
  expect(many).toHaveLength(1_000);
  expect(Math.max(...many.map((line) => line.length))).toBeLessThan(80);
});
