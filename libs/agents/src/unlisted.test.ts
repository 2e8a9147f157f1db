import { event, external } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { agent, definedAgents, workflow } from "./authoring.ts";
import { team } from "./team.ts";
import { unlisted } from "./unlisted.ts";

const Id = z.object({ id: z.string() });
const Paid = external("com.example.order.paid", { data: Id });
const Done = event("alpha.thing.done", { version: 1, id: (d) => d.id, data: Id });
const Theirs = event("beta.thing.done", { version: 1, id: (d) => d.id, data: Id });
const events = [Paid, Done, Theirs] as never[];
const worker = agent({ name: "worker", does: "works", tier: "worker", input: Id, output: Id, run: ({ input }) => input });
const run = workflow({ name: "run", version: 1, input: Id, output: Id, run: (id, ctx) => ctx.ask(worker, id) });

test("what is defined and in no list is named, with the list that it belongs to", () => {
  expect(definedAgents()).toContain("worker");
  const found = unlisted([team({ name: "alpha", workflows: [run] })], { agents: ["worker"], events, whole: true });
  expect(found.map(({ what, hint }) => [what.split(" ").slice(0, 3).join(" "), hint.split(" of ")[0]])).toEqual([
    ["the agent worker", "add it to agents: […]"],
    ["the event alpha.thing.done", "add it to emits: […]"],
    ["the event com.example.order.paid", "add it to awaits: […]"],
  ]);
});

test("what is listed is not named, nor what may belong to a team that is not there", () => {
  const whole = team({ name: "alpha", agents: [worker], workflows: [run], emits: [Done], awaits: [Paid] });
  expect(unlisted([whole], { agents: ["worker", "worker"], events, whole: true })).toEqual([]);
  const part = team({ name: "alpha", agents: [worker], workflows: [run], emits: [Done] });
  expect(unlisted([part], { agents: ["worker"], events, whole: false })).toEqual([]);
});
