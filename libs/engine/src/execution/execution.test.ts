import { agent, type WorkflowContext, workflow } from "@armada/agents";
import { capability, event, external } from "@armada/contracts";
import { immediateScheduler } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import type { JournalEvent } from "../journal/events.ts";
import { journalTable } from "../journal/table.ts";
import { Execution } from "./execution.ts";

const None = z.object({});
const Said = event("one.thing.said", { version: 1, id: () => "a", data: None });
const Came = external("com.example.thing.came", { id: () => "a", data: None });
const packs = agent({ name: "packs", does: "packs", tier: "worker", input: None, output: None, run: () => ({}) });
const ship = capability("two.ship", { input: None, output: None });

/** What a function can ask for. */
const requests = {
  "step.requested": (ctx) => ctx.ask(packs, {}),
  "ask.sent": (ctx) => ctx.ask(ship, {}),
  "fact.emitted": (ctx) => ctx.emit(Said, {}),
  "sleep.set": (ctx) => ctx.sleep("1h"),
  "wait.set": (ctx) => ctx.waitFor(Came, { id: "a" }),
  "approval.asked": (ctx) => ctx.approval("may it?", { within: "1d", otherwise: "cancel" }),
  "run.patched": (ctx) => ctx.patched("p"),
} satisfies Partial<Record<JournalEvent["type"], (ctx: WorkflowContext) => unknown>>;

test("every kind of request is among them", () => {
  const types = Object.entries(journalTable).flatMap(([type, { role }]) => (role === "request" ? [type] : []));
  expect(Object.keys(requests).sort()).toEqual(types.sort());
});

test.each(Object.entries(requests))(
  "%s moves the time of its function no more when it is read than when it was made",
  async (type, asks) => {
    const seen: number[] = [];
    const asking = workflow({
      name: "asking",
      version: 1,
      input: None,
      output: None,
      run: async (_, ctx) => {
        void asks(ctx);
        await ctx.emit(Said, {});
        seen.push(ctx.now());
        return ctx.sleep("1d").then(() => ({}));
      },
    });
    const begun = async (): Promise<Execution> => {
      const one = new Execution(asking as never, { id: "r1", correlation: "r1" }, immediateScheduler);
      const by = { kind: "ask", from: "operator", id: "r1" } as const;
      const started: JournalEvent = { type: "run.started", data: { workflow: "asking", version: 1, source: "", input: {}, by } };
      await one.apply(started, { time: 10, root: 1, replaying: false, patches: new Set() });
      return one;
    };
    const made = await (await begun()).react(999);
    expect(made.map((one) => one.type)).toContain(type);
    const again = await begun();
    for (const one of made) await again.apply(one, { time: 999, root: 2, replaying: true, patches: new Set(["p"]) });
    expect(seen).toEqual([10, 10]);
  },
);
