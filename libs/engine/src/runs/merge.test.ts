import { expect, test } from "vitest";
import type { Decision } from "../execution/answer.ts";
import { coldRun } from "../execution/cached-run.ts";
import type { JournalEvent } from "../journal/events.ts";
import { type Member, merge } from "./merge.ts";

const run = coldRun("r1");
const outcome = (n: number): Decision => ({ events: [{ type: "inline.completed", data: { n, name: "x", output: n } }] });
const cancel: Decision = { events: [{ type: "cancel.requested", data: { by: "operator" } }], causation: "ask" };

function member(decide: () => Decision | undefined): Member & { readonly heard: unknown[] } {
  const heard: unknown[] = [];
  return { atLeast: 0, decide, heard, tell: (told) => void heard.push(told), fail: (error) => void heard.push(error) };
}

test("outcomes of different calls leave in one message, in the order in which they waited", () => {
  const waiting = [3, 1, 2].map((n) => member(() => outcome(n)));
  const message = merge(run, waiting);
  expect(message?.decision.events).toEqual([3, 1, 2].flatMap((n) => outcome(n).events));
  expect(message?.parts.map((part) => part.member)).toEqual(waiting);
  expect(message?.later).toEqual([]);
});

const told = { attempt: 1, ms: 1, tokens: 0, costMicros: 0, code: "NO", message: "no" };

test.each(["step.completed", "step.refused", "step.submitted", "inline.completed", "inline.failed"] as const)(
  "an outcome %s leaves in one message with the others",
  (type) => {
    const other = (n: number): Decision => ({ events: [{ type, data: { n, name: "x", output: n, ...told } } as unknown as JournalEvent] });
    const waiting = [member(() => other(1)), member(() => outcome(2))];
    expect(merge(run, waiting)).toMatchObject({ decision: { events: [...other(1).events, ...outcome(2).events] }, later: [] });
  },
);

test("a second outcome of one call waits for the next message, and all behind it: by then there is one", () => {
  const [first, other, again, behind] = [1, 2, 1, 3].map((n) => member(() => outcome(n)));
  const waiting = [first, other, again, behind].filter((one) => one !== undefined);
  expect(merge(run, waiting)?.later).toEqual([again, behind]);
});

test("what is no outcome has a message of its own", () => {
  const [early, person, late] = [member(() => outcome(1)), member(() => cancel), member(() => outcome(2))];
  expect(merge(run, [early, person, late])).toMatchObject({ decision: outcome(1), later: [person, late] });
  expect(merge(run, [person, late])).toMatchObject({ decision: cancel, later: [late] });
});

test("who has nothing to say, or throws, is told and holds nobody up", () => {
  const silent = member(() => undefined);
  const broken = member(() => {
    throw new Error("taken");
  });
  const speaks = member(() => outcome(1));
  expect(merge(run, [silent, broken, speaks])).toMatchObject({ decision: outcome(1), later: [] });
  expect(silent.heard).toEqual([{ committed: { run, ordinal: undefined, waits: false } }]);
  expect(broken.heard).toEqual([new Error("taken")]);
  expect(merge(run, [silent])).toBeUndefined();
});
