import { fold, on, readModel, team, workflow } from "@armada/agents";
import { event, external } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { undeclared } from "./undeclared.ts";

const Opened = external("com.example.opened", { data: z.object({}) });
const Paid = external("com.example.paid", { data: z.object({}) });
const Own = event("desk.note.made", { version: 1, id: () => "a", data: z.object({}) });
const run = workflow({ name: "run", version: 1, input: z.unknown(), output: z.unknown(), run: async () => 1 });
const seen = readModel({ name: "seen", version: 1, initial: () => 0, folds: [fold(Paid, (n: number) => n + 1)] });
const desk = team({
  name: "desk",
  workflows: [run],
  readModels: [seen],
  subscriptions: [on(Opened).start(run, ({ data }) => data)],
  awaits: [Opened, Own],
});

test("what a team takes from outside and no contract declares is named once, with where it belongs", () => {
  expect(undeclared([desk], new Set(["com.example.paid"]))).toEqual([
    "team desk takes com.example.opened from outside, and no contract declares it: the gateway refuses its events; export its external(…) from services/desk/src/contract.ts",
  ]);
  expect(undeclared([desk], new Set()).map((line) => line.split(" ")[3])).toEqual(["com.example.opened", "com.example.paid"]);
  expect(undeclared([desk], new Set(["com.example.opened", "com.example.paid"]))).toEqual([]);
});
