import { agent, team, workflow } from "@armada/agents";
import { buildSubject, encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "./testing/replica.ts";

const Num = z.object({ n: z.number() });
const noModels: Models = { call: () => Promise.reject(new Error("no model")) };

test("an engine whose stream is made anew says so, and writes nothing of the old one into the new; another one serves it", async () => {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  const begun: number[] = [];
  const slow = agent({
    name: "slow",
    does: "takes a minute",
    tier: "worker",
    input: Num,
    output: Num,
    limits: { timeout: "5m" },
    run: async ({ input }) => {
      begun.push(input.n);
      await clock.sleep(60_000);
      return input;
    },
  });
  const one = team({
    name: "one",
    agents: [slow],
    workflows: [workflow({ name: "slowly", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(slow, input) })],
  });
  const ask = (id: string, n: number): void => {
    const subject = buildSubject({ kind: "ask", to: "one", from: "operator", capability: "run_start", id });
    const about = { specversion: "1.0", source: "/operator", type: "armada.asked", time: "2026-01-01T00:00:00.000Z" } as const;
    const chain = { team: "operator", correlationid: id, causationid: id, schemaversion: 1, hops: 0 };
    const data = { workflow: "slowly", input: { n } };
    mesh.stream("one").append(subject, encodeBody([{ ...about, ...chain, id: `${id}.ask`, subject: id, data }]), clock.now());
  };
  const start = (seed: number) => startReplica(mesh, one, noModels, { clock, random: seededRandom(seed), scheduler: clock.scheduler });
  const { engine } = start(1);
  let why: unknown;
  engine.closed.catch((error: { code?: string }) => {
    why = error.code;
  });
  ask("r1", 1);
  await clock.run(() => begun.length === 1, 10_000);
  mesh.remake("one");
  await clock.run(() => why !== undefined, 10_000);
  expect(why).toBe("STREAM_REPLACED");
  let stopped = false;
  void engine.stop().then(() => {
    stopped = true;
  });
  await clock.run(() => stopped, 120_000);
  expect(mesh.stream("one").messages).toEqual([]);

  start(2);
  ask("r1", 2); // the id that the run of the other stream had
  await clock.run(() => mesh.stream("one").messages.some(({ subject }) => subject.startsWith("run.one.end.")), 120_000);
  expect(begun).toEqual([1, 2]);
});
