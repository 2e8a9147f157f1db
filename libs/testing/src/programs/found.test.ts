import { expect, test } from "vitest";
import type { Case } from "./drawing/program.ts";
import { judge } from "./judging/judge.ts";

/** Programs that were drawn and shrunk, and the fault of the engine that each found. */
const FOUND: readonly { readonly fault: string; readonly drawn: Case }[] = [
  {
    fault: "a process that stood still over an attempt's time cost its step two attempts, one of them as timed out",
    drawn: {
      seed: 375_989_105,
      hostile: true,
      doubled: false,
      start: "operator",
      from: "beginning",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 628 },
      body: [{ at: "k22", op: "agent", agent: "writer", says: { is: "number", n: 360 }, ms: 644, fails: 0, how: "throw" }],
      outside: [
        { when: { on: "step.requested", nth: 1, ms: 143 }, does: "freeze", who: 1, ms: 21_319 },
        { when: { on: "step.completed", nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false },
      ],
      away: false,
    },
  },
  {
    fault: "inline work was done once more, side by side, by the replica that got the late tick of a wait that had been met",
    drawn: {
      seed: 662,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 504 },
      body: [
        { at: "k23", op: "emit", id: "b", says: { is: "number", n: 0 } },
        { at: "k27", op: "sleep", ms: 500 },
        { at: "k29", op: "wait", kind: "poked", id: "b", within: 77 },
        { at: "k30", op: "step", says: { is: "number", n: 0 }, ms: 239, fails: 0, how: "throw" },
      ],
      outside: [],
    },
  },
  {
    fault: "a run that had ended in the view of its function was cancelled by a timer that fired before anybody wrote the end down",
    drawn: {
      seed: 1_198_497_369,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: true,
      budget: undefined,
      input: { is: "number", n: 0 },
      body: [
        {
          at: "k5",
          op: "try",
          body: [{ at: "k2", op: "deadline", ms: 8_897, body: [{ at: "k3", op: "wait", kind: "poked", id: "a" }] }],
          handler: [],
        },
        {
          at: "k8",
          op: "join",
          how: "race",
          branches: [[], [{ at: "k15", op: "approval", show: { is: "number", n: 279 }, within: 7_364, otherwise: "cancel" }]],
        },
        { at: "k24", op: "agent", agent: "later", says: { is: "number", n: 914 }, ms: 25, fails: 0, how: "terminal" },
      ],
      outside: [{ when: { ms: 13_601 }, does: "kill", who: 0, down: 27_670, gently: false }],
    },
  },
  {
    fault: "inline work was done once more, side by side, where a start came twice",
    drawn: {
      seed: 1,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 0 },
      body: [{ at: "k1", op: "step", says: { is: "number", n: 0 }, ms: 239, fails: 0, how: "throw" }],
      outside: [{ when: { ms: 50 }, does: "start" }],
    },
  },
  {
    fault: "a fact was stated that nobody can read, because its member was undefined",
    drawn: {
      seed: 1,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 0 },
      body: [
        { at: "k2", op: "try", body: [{ at: "k1", op: "emit", id: "b", says: { is: "undefined" } }], handler: [] },
        { at: "k3", op: "emit", id: "b", says: { is: "number", n: 1 } },
        { at: "k4", op: "wait", kind: "poked", id: "b" },
      ],
      outside: [],
    },
  },
  {
    fault: "after failed attempts at a step its replica did inline work of a later message once more, side by side",
    drawn: {
      seed: 1476044324,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 658 },
      body: [
        {
          at: "k2",
          op: "repeat",
          times: 2,
          body: [
            { at: "k3", op: "agent", agent: "sure", says: { is: "number", n: 813 }, ms: 198, fails: 2, how: "throw" },
            {
              at: "k4",
              op: "leave",
              body: [{ at: "k5", op: "step", says: { is: "number", n: 704 }, ms: 2, fails: 3, how: "huge" }],
            },
          ],
        },
        { at: "k8", op: "approval", show: { is: "number", n: 517 }, within: 22849, otherwise: "continue" },
      ],
      outside: [],
    },
  },
  {
    fault: "a step was tried again by a replica that knew its run from before another one ended it",
    drawn: {
      seed: 2_053_110_780,
      hostile: false,
      start: "operator",
      runs: 2,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 176 },
      body: [
        {
          at: "k1",
          op: "join",
          how: "any",
          branches: [
            [{ at: "k4", op: "agent", agent: "sure", says: { is: "number", n: 729 }, ms: 196, fails: 3, how: "throw" }],
            [{ at: "k6", op: "sleep", ms: 4_995 }],
          ],
        },
      ],
      outside: [],
    },
  },
  {
    fault: "a wait that looks further back took a later event first: one that was looked for on behalf of the wait before it",
    drawn: {
      seed: 1_180_720_614,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 903 },
      body: [
        {
          at: "k1",
          op: "join",
          how: "settled",
          branches: [
            [{ at: "k4", op: "call", says: { is: "number", n: 0 }, answer: "refusal", after: 3360, times: 2, within: 513 }],
            [
              { at: "k7", op: "wait", kind: "poked", id: "b" },
              { at: "k10", op: "wait", kind: "poked", id: "a" },
            ],
            [
              {
                at: "k14",
                op: "join",
                how: "any",
                branches: [
                  [{ at: "k15", op: "emit", id: "b", says: { is: "number", n: 483 } }],
                  [{ at: "k18", op: "sleep", ms: 2307 }],
                  [{ at: "k19", op: "wait", kind: "poked", id: "b" }],
                ],
              },
            ],
          ],
        },
        { at: "k23", op: "wait", kind: "poked", id: "a", since: 4 },
      ],
      outside: [
        { when: { on: "timer.fired", nth: 2, ms: 233 }, does: "event", kind: "poked", id: "a", k: 3, times: 3 },
        { when: { ms: 0 }, does: "event", kind: "poked", id: "a", k: 36, times: 1 },
        { when: { on: "wait.set", nth: 3, ms: 268 }, does: "event", kind: "poked", id: "b", k: 70, times: 1 },
      ],
    },
  },
  {
    fault: "a call that a block left behind made after a fact did not fit its journal, for the function had ended by then",
    drawn: {
      seed: 1_844_881_708,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 661 },
      body: [
        {
          at: "k4",
          op: "leave",
          body: [
            { at: "k6", op: "emit", id: "b", says: { is: "number", n: 754 } },
            { at: "k9", op: "agent", agent: "sure", says: { is: "number", n: 0 }, ms: 221, fails: 0, how: "throw" },
          ],
        },
      ],
      outside: [],
    },
  },
  {
    fault: "an attempt of a step that waited for its model counted as lost, by a replica that knew the step from before",
    drawn: {
      seed: 82_011_122,
      hostile: true,
      start: "event",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 71 },
      body: [{ at: "k1", op: "agent", agent: "later", says: { is: "number", n: 679 }, ms: 116, fails: 2, how: "unsent" }],
      outside: [
        { when: { ms: 128 }, does: "event", kind: "nudged", id: "a", k: 57, times: 1 },
        { when: { ms: 0 }, does: "event", kind: "nudged", id: "b", k: 13, times: 1 },
      ],
    },
  },
  {
    fault: "what came before a run began counted as taken in its next generation, where a wait had taken what came after",
    drawn: {
      seed: 1_977_819_562,
      hostile: false,
      start: "event",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 545 },
      body: [
        { at: "k24", op: "wait", kind: "nudged", id: "a", since: 6 },
        { at: "k31", op: "wait", kind: "nudged", id: "a", within: 25_160 },
        { at: "k36", op: "again", times: 1, carry: { is: "number", n: 209 } },
      ],
      outside: [
        { when: { ms: 0 }, does: "event", kind: "nudged", id: "a", k: 44, times: 3 },
        { when: { ms: 19_397 }, does: "event", kind: "nudged", id: "a", k: 28, times: 5 },
      ],
    },
  },
  {
    fault: "an approval was over as it was asked for: its time began with what the run had heard while it was stopped",
    drawn: {
      seed: 608_545_517,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: { calls: 2, atLimit: "stop" },
      input: { is: "number", n: 569 },
      body: [
        {
          at: "k4",
          op: "join",
          how: "all",
          branches: [
            [{ at: "k9", op: "agent", agent: "paid", says: { is: "number", n: 286 }, ms: 212, fails: 2, how: "huge" }],
            [
              { at: "k29", op: "agent", agent: "sure", says: { is: "number", n: 0 }, ms: 148, fails: 1, how: "terminal" },
              { at: "k30", op: "approval", show: { is: "number", n: 190 }, within: 12_104, otherwise: "continue" },
            ],
          ],
        },
      ],
      outside: [
        { when: { on: "run.stopped", nth: 1, ms: 3_829 }, does: "retry" },
        { when: { on: "step.parked", nth: 1, ms: 19_440 }, does: "retry" },
      ],
    },
  },
  {
    fault: "a replica let go of a step when another had ended the run with it, and gone before it answered who had asked",
    drawn: {
      seed: 640_839_216,
      hostile: false,
      doubled: true,
      start: "ask",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 67 },
      body: [
        { at: "k4", op: "step", says: { is: "number", n: 660 }, ms: 2_163, fails: 2, how: "throw" },
        { at: "k5", op: "agent", agent: "sure", says: { is: "number", n: 356 }, ms: 66, fails: 0, how: "throw" },
        { at: "k9", op: "repeat", times: 3, body: [{ at: "k10", op: "emit", id: "b", says: { is: "number", n: 471 } }] },
        { at: "k12", op: "wait", kind: "poked", id: "b", within: 34_754 },
        { at: "k18", op: "agent", agent: "sure", says: { is: "number", n: 979 }, ms: 7_696, fails: 0, how: "throw" },
      ],
      outside: [{ when: { on: "step.completed", nth: 2, ms: 0 }, does: "kill", who: "writer", down: 5_571, gently: false }],
    },
  },
  {
    fault: "facts that no wait took were each looked back for among all",
    drawn: {
      seed: 724_789_704,
      hostile: false,
      start: "operator",
      runs: 2,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 127 },
      body: [{ at: "k17", op: "wait", kind: "seen", id: "a", within: 4_290, since: 1_767_225_617_000 }],
      outside: [{ when: { ms: 51 }, does: "event", kind: "seen", id: "a", k: 72, times: 1_100 }],
    },
  },
  {
    fault: "the attempt before a fallback that could not answer yet counted as lost with its replica",
    drawn: {
      seed: 1_802_342_375,
      hostile: false,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 0 },
      body: [{ at: "k2", op: "agent", agent: "paid", says: { is: "number", n: 0 }, ms: 104, fails: 4, worse: "once", how: "throw" }],
      outside: [],
    },
  },
  {
    fault: "after an outage an attempt began on what its replica had known before, and wrote once more what was written",
    drawn: {
      seed: 333_713_933,
      hostile: false,
      away: true,
      start: "operator",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 457 },
      body: [
        { at: "k5", op: "sleep", ms: 10_177 },
        {
          at: "k6",
          op: "try",
          body: [{ at: "k7", op: "throw", what: "huge" }],
          handler: [{ at: "k8", op: "sleep", ms: 12_610 }],
        },
        { at: "k14", op: "agent", agent: "writer", says: { is: "number", n: 183 }, ms: 131, fails: 1, how: "throw" },
      ],
      outside: [],
    },
  },
  {
    fault: "what one delivery had brought to a run was left to it, for another had brought it to a second run, and it was dead",
    drawn: {
      seed: 323_265_930,
      hostile: true,
      start: "operator",
      from: "its time",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 414 },
      body: [
        { at: "k29", op: "wait", kind: "poked", id: "b" },
        { at: "k28", op: "step", says: { is: "number", n: 550 }, ms: 1_455, fails: 0, how: "throw" },
      ],
      outside: [
        { when: { ms: 7_089 }, does: "event", kind: "poked", id: "b", k: 94, times: 1 },
        { when: { ms: 7_097 }, does: "freeze", who: 0, ms: 24_559 },
        { when: { on: "wait.met", nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false },
      ],
    },
  },
  {
    fault:
      "a replica that went on after it stood still answered its message's next delivery with the same attempt, and the judge wanted two",
    drawn: {
      seed: 319_976_309,
      hostile: true,
      start: "operator",
      from: "its time",
      runs: 1,
      mixed: false,
      budget: undefined,
      input: { is: "number", n: 432 },
      body: [{ at: "k25", op: "agent", agent: "sure", says: { is: "number", n: 547 }, ms: 2_890, fails: 0, how: "terminal" }],
      outside: [
        { when: { on: "step.requested", nth: 1, ms: 1_147 }, does: "freeze", who: 0, ms: 25_456 },
        { when: { on: "step.completed", nth: 1, ms: 0 }, does: "kill", who: "writer", down: 40_000, gently: false },
      ],
      doubled: false,
      away: false,
    },
  },
];

test.each(FOUND)("$fault: mended", async ({ drawn }) => {
  expect((await judge(drawn)).failures).toEqual([]);
});
