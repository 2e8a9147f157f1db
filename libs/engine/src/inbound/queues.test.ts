import type { Subscription } from "@armada/agents";
import { on, team, workflow } from "@armada/agents";
import { external } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { queuesOf, subscriptionName } from "./queues.ts";

const Opened = external("com.example.ticket.opened", { data: z.object({}) });
const answer = workflow({ name: "answer", version: 1, input: z.object({}), output: z.object({}), run: async () => ({}) });
const since = (from: Subscription["from"]): Subscription => on(Opened).start(answer, ({ data }) => data, { from });
const queue = (subscription: Subscription): string =>
  queuesOf(team({ name: "desk", workflows: [answer], subscriptions: [subscription] })).subscriptions[0]?.name ?? "";

test("a subscription edited to begin elsewhere gets another queue, and its runs keep their ids", () => {
  const all = [since("now"), since("beginning"), since({ time: "2026-01-01T00:00:00Z" }), since({ time: "2026-02-01T00:00:00Z" })];
  expect(new Set(all.map(queue)).size).toBe(all.length);
  expect(all.map(queue)).toEqual(all.map(queue));
  expect(new Set(all.map(subscriptionName)).size).toBe(1);
});
