import { every, team, workflow } from "@armada/agents";
import { allQueues, queuesOf } from "@armada/engine";
import type { Message } from "@armada/event-sourcing";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "./replica.ts";
import { noTracer } from "./telemetry/no-tracer.ts";

const EVERY_MS = 1_000;
const LASTS_MS = 15_000;
const Due = z.object({ at: z.string() });
const note = workflow({ name: "note", version: 1, input: Due, output: Due, run: async (due) => due });
const office = team({
  name: "office",
  workflows: [note],
  schedules: [every(`*/${EVERY_MS / 1_000} * * * * *`).start(note, ({ planned }) => ({ at: planned }))],
});
const logger = { info: () => undefined, warn: () => undefined };

test("none is lost and none comes twice where replicas lose their connection at any moment", { timeout: 120_000 }, async () => {
  await using mesh = await startTestMesh([{ team: "office", queues: allQueues(queuesOf(office)), sources: new Map() }]);
  const start = async () => {
    const ports = await mesh.connect("office");
    const engine = startReplica(office, { ...ports, tracer: noTracer, logger }, { call: () => Promise.reject(new Error("no model")) });
    engine.closed.catch(() => undefined); // it has no connection any more
    return { ports, engine };
  };
  const replicas = [await start(), await start()];
  const end = Date.now() + LASTS_MS;
  for (let kill = 0; Date.now() < end; kill++) {
    // Somewhere around the moment of a firing, another place each time.
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS - (Date.now() % EVERY_MS) + kill * 7));
    const [oldest] = replicas;
    await oldest?.ports.link.close();
    replicas.shift();
    replicas.push(await start());
  }
  const [reader] = replicas;
  if (reader === undefined) throw new Error("a replica is there");
  const started = async (): Promise<string[]> => {
    const found: Message[] = [];
    await reader.ports.log.scan(["run.office.>"], 0, (message) => void found.push(message));
    return found.flatMap(({ envelopes }) =>
      envelopes.flatMap(({ type, data }) => (type === "armada.run.started" ? [z.object({ input: Due }).parse(data).input.at] : [])),
    );
  };
  const times = async (): Promise<number[]> => (await started()).map((at) => Date.parse(at)).sort((a, b) => a - b);
  const [first = 0] = await times();
  const wanted = Array.from({ length: Math.floor((end - first) / EVERY_MS) }, (_, index) => first + index * EVERY_MS);
  expect(wanted.length).toBeGreaterThan(LASTS_MS / EVERY_MS - 3);
  // What a lost replica held goes to another after 8 s.
  const upToEnd = async (): Promise<number[]> => (await times()).slice(0, wanted.length);
  await expect.poll(upToEnd, { timeout: 30_000, interval: 500 }).toEqual(wanted);
  expect(new Set(await times()).size).toBe((await times()).length);
  await Promise.allSettled(replicas.map(({ engine }) => engine.stop()));
});
