import { on, team, workflow } from "@armada/agents";
import { event } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { topologyIn, topologyOfTeam, wantsOf } from "./wants.ts";

const Done = event("beta.thing.done", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
const run = workflow({ name: "run", version: 2, input: z.unknown(), output: z.unknown(), run: async () => 1 });
const alpha = team({ name: "alpha", workflows: [run], subscriptions: [on(Done).start(run, ({ data }) => data)] });

test("what a service wants arrives as it is, over a channel of JSON; no other message is taken for it", () => {
  expect(topologyIn(JSON.parse(JSON.stringify(wantsOf(alpha))))).toEqual(topologyOfTeam(alpha));
  expect(topologyOfTeam(alpha).queues.map(({ name }) => name)).toContain("lead_run_v2");
  for (const other of [undefined, "wants", { type: "ready" }, { type: "wants", team: "alpha" }]) expect(topologyIn(other)).toBeUndefined();
});
