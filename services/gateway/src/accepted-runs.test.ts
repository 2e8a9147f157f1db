import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { noTracer, systemClock, systemRandom } from "@armada/runtime";
import { expect, test } from "vitest";
import { Runs } from "./runs.ts";

test("a run that was accepted and that its team has not taken up is told apart from one that nobody knows, and is nothing new where there is no room", async () => {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  for (const name of ["desk", "shop"]) mesh.provision(name, [], new Map());
  const { log, objects } = mesh.connect("gateway");
  let bytes = 0;
  const room = async () => ({ stream: "TEAM_shop", bytes, limit: 100 });
  const live = { watch: async () => undefined };
  const teamPorts = (team: string) => ({ log: mesh.connect(team).log, live, room });
  const runs = new Runs({
    log,
    objects,
    tracer: noTracer,
    teams: () => ["desk", "shop"],
    workflows: (team) => (team === "shop" ? ["sell"] : undefined),
    teamPorts,
    reading: { teamPorts, queues: async () => [], objects },
    clock: systemClock,
    random: systemRandom,
  });
  const { run } = await runs.start({ team: "shop", workflow: "sell", input: {}, key: "k" }, undefined);
  await expect(runs.find(run)).rejects.toThrow(
    expect.objectContaining({
      kind: "run-not-started",
      status: 404,
      message: `run ${run} is accepted, not started yet: team shop has not taken it up`,
      more: { field: "id", retryAfter: 2 },
    }),
  );
  await expect(runs.find("sell-other")).rejects.toThrow(expect.objectContaining({ kind: "run-unknown" }));
  await expect(runs.start({ team: "shop", workflow: "sel", input: {}, key: "k" }, undefined)).rejects.toThrow(
    expect.objectContaining({ kind: "input-invalid", message: "team shop has no workflow sel; it has sell", more: { field: "workflow" } }),
  );
  expect((await runs.start({ team: "desk", workflow: "any", input: {}, key: undefined }, undefined)).already).toBe(false);
  bytes = 80;
  expect(await runs.start({ team: "shop", workflow: "sell", input: {}, key: "k" }, undefined)).toEqual({ run, already: true });
  for (const key of ["another", undefined])
    await expect(runs.start({ team: "shop", workflow: "sell", input: {}, key }, undefined)).rejects.toThrow(
      expect.objectContaining({ kind: "busy" }),
    );
});
