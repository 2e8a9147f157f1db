import { team, workflow } from "@armada/agents";
import { runIdOf } from "@armada/engine";
import { expect, test } from "vitest";
import { z } from "zod";
import { teamSession } from "../testing/team-session.ts";

const sell = workflow({ name: "sell", version: 1, input: z.object({}), output: z.unknown(), run: async () => "sold" });
const shop = team({ name: "shop", workflows: [sell] });

test("what began a run under the id of a build before does not begin it again under the one of this build", async () => {
  const asked = Array.from({ length: 2_000 }, (_, i) => `order-${"0".repeat(90)}${i}`).find((id) => runIdOf(id).startsWith("_")) ?? "";
  const now = runIdOf(asked);
  const session = await teamSession(shop);
  const begin = (id: string): Promise<number> => session.ask("shop", "run_start", id, { workflow: "sell", input: {} });
  const ended = async (run: string): Promise<boolean> => (await session.state("shop", run)).ended !== undefined;
  try {
    await begin(`-${now.slice(1)}`);
    await expect.poll(() => ended(`-${now.slice(1)}`)).toBe(true);
    await begin(asked);
    await begin("later");
    await expect.poll(() => ended("later")).toBe(true);
    expect((await session.state("shop", now)).exists).toBe(false);
  } finally {
    await session.stop();
  }
});
