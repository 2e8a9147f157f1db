import { agent, team } from "@armada/agents";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { loadSettings } from "./config/load.ts";
import { modelsFrom } from "./index.ts";
import { spendingOf } from "./spending.ts";

test("leases and months go by the clock that a replica was given, not by its machine's", async () => {
  const reads = agent({ name: "reads", does: "reads", tier: "worker", input: z.object({}), output: z.object({}), run: () => ({}) });
  const shop = team({ name: "shop", agents: [reads] });
  const { config } = await loadSettings({ file: undefined, env: {}, flags: {} });
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("shop", []);
  const { log, draws, registers, objects } = mesh.connect("shop");
  const logger = { info: () => undefined, warn: () => undefined };
  const answers = { team: registers, fleet: registers };
  const chosen = modelsFrom({ ANTHROPIC_API_KEY: "sk-test" }, config.models);
  const { budget, end } = spendingOf(shop, chosen, { log, draws, answers, objects, clock, logger }, config);
  let reserved = false;
  void budget?.budgetClient.reserve("reads", { micros: 1, tokens: 1 }, new AbortController().signal).then(() => (reserved = true));
  await clock.run(() => reserved, 10_000);
  const [year, month] = new Date(clock.now()).toISOString().split("-");
  expect(mesh.stream("shop").messages.map(({ subject }) => subject)).toContainEqual(expect.stringContaining(`${year}-${month}`));
  end();
});
