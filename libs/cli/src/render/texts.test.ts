import type { RunView, StepView } from "@armada/engine/reading";
import { expect, test } from "vitest";
import { LiveTree } from "./live-tree.ts";
import { PlainText } from "./plain-text.ts";
import { runTree } from "./run-tree.ts";
import { textRows } from "./text-rows.ts";
import { TextTails } from "./text-tails.ts";

const done: Pick<StepView, "variant" | "attempts" | "outcomes" | "ms" | "tokens" | "costMicros"> = {
  variant: "a",
  attempts: 1,
  outcomes: 0,
  ms: 0,
  tokens: 0,
  costMicros: 0,
};
const step = (n: number, status: StepView["status"]): StepView => ({ n, agent: "writer", status, ...done });
const run: RunView = {
  run: "r1",
  team: "desk",
  workflow: "write",
  version: 1,
  status: "running",
  startedAt: "2026-01-01T00:00:00Z",
  interruptions: 0,
  steps: [step(1, "requested"), step(2, "requested")],
};

function plain(): { said: string[]; text: PlainText } {
  const said: string[] = [];
  return { said, text: new PlainText((line) => void said.push(line)) };
}

test("rows break where the text does, and at their width; what moves a cursor is not in them", () => {
  expect(textRows("ab\n\ncdefg", 3)).toEqual(["ab", "", "cde", "fg"]);
  expect(textRows("\u001b[2Ja\u0007b\u009b1m\rc\u202ed", 80)).toEqual(["[2Jab1mcd"]);
  expect(textRows("\u{1f600}\u{1f600}\u{1f600}", 2)).toEqual(["\u{1f600}\u{1f600}", "\u{1f600}"]);
});

test("without a terminal text comes in lines, each step's with its number, its rest when the step ends", () => {
  const { said, text } = plain();
  text.said(1, 1, "one\ntw", false);
  text.said(2, 1, "other", true);
  text.said(1, 1, "o", false);
  expect(said).toEqual(["  1 │ one"]);
  text.end(1);
  text.end(2);
  text.end(3);
  expect(said).toEqual(["  1 │ one", "  1 │ two", "  2 │ …other"]);
});

test("without a terminal a text that begins again says so", () => {
  const { said, text } = plain();
  text.said(1, 1, "on", false);
  text.again(1, 2);
  text.said(1, 1, "one", false);
  text.end(1);
  expect(said).toEqual(["  1 │ on", "  1 ↻ begins again: attempt 2", "  1 │ one"]);
});

test("on a terminal the last rows stand below their step, and go with it", () => {
  const tails = new TextTails();
  tails.said(1, 1, "a\nb\nc\nd\n", false);
  tails.said(1, 1, "e", false);
  tails.said(2, 1, "x", false);
  const both = new Set([1, 2]);
  expect(runTree(run, undefined, tails.rows(both)).split("\n").slice(1)).toEqual([
    "├─ … 1 writer            requested",
    "│      b",
    "│      c",
    "│      d",
    "│      e",
    "└─ … 2 writer            requested",
    "       x",
  ]);
  tails.again(1, 2);
  tails.said(1, 1, "a", false);
  expect(tails.rows(both)(1)).toEqual(["↻ attempt 2", "a"]);
  expect(tails.rows(new Set([2]))(1)).toEqual([]);
  expect(tails.rows(both)(1)).toEqual([]);
});

test("on a terminal that is narrow rows are cut while they are drawn again, and whole in the last drawing", () => {
  const written: string[] = [];
  const tree = new LiveTree({ write: (text) => written.push(text), columns: 40 });
  const question = "is the article on the tides of the bay fit to be published as it stands?";
  tree.show({ ...run, waitingFor: [{ kind: "event", n: 3, what: question }] });
  expect(written.join("")).not.toContain("stands?");
  tree.end();
  const last = (written.at(-1) ?? "").split("\n").map((line) => line.replaceAll(/\u001b\[\w+/gu, ""));
  expect(last.filter((line) => line.length > 40)).toEqual([]);
  expect(last.map((line) => line.trim()).join(" ")).toContain(question);
});

test("however many calls run, their text does not fill the terminal", () => {
  const tails = new TextTails();
  const many = Array.from({ length: 40 }, (_, i) => i + 1);
  for (const n of many.slice(0, 6)) tails.said(n, 1, "a\nb\nc\nd", false);
  expect(many.flatMap((n) => tails.rows(new Set(many))(n))).toHaveLength(12);
  for (const n of many) tails.said(n, 1, "a", false);
  expect(many.flatMap((n) => tails.rows(new Set(many))(n))).toEqual([]);
});
