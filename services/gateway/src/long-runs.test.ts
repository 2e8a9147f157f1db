import { encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { noTracer, systemClock, systemRandom } from "@armada/runtime";
import { expect, test } from "vitest";
import { Runs } from "./runs.ts";

test("a run of more messages than one load may bring is found whole", async () => {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  mesh.provision("shop", [], new Map());
  const { log, objects } = mesh.connect("shop");
  const write = async (n: number, type: string, data: object): Promise<void> => {
    const id = `r1-${n}-w`;
    const about = { specversion: "1.0", source: "/teams/shop", team: "shop", schemaversion: 1, hops: 0, correlationid: "r1" } as const;
    const time = "2026-11-22T14:00:00.000Z";
    await log.append(`run.shop.note.draw.r1.${n}`, encodeBody([{ ...about, id, type, subject: "r1", time, causationid: id, data }]));
  };
  await write(1, "armada.run.started", {
    workflow: "sell",
    version: 1,
    source: "",
    input: {},
    root: 1,
    by: { kind: "ask", from: "a", id: "b" },
  });
  for (let n = 2; n <= 1_100; n++) await write(n, "armada.inline.completed", { n, name: "note", output: {} });
  const live = { watch: async () => undefined };
  const runs = new Runs({
    log,
    objects,
    tracer: noTracer,
    teams: () => ["shop"],
    workflows: () => undefined,
    teamPorts: () => ({ log, room: async () => ({ stream: "TEAM_shop", bytes: 0, limit: 0 }) }),
    reading: { teamPorts: () => ({ log, live }), queues: async () => [], objects },
    clock: systemClock,
    random: systemRandom,
  });
  const found = await runs.find("r1");
  expect([found.state.length, found.seq]).toEqual([1_100, 1_100]);
});
