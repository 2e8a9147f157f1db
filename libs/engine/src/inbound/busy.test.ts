import { on, team, workflow } from "@armada/agents";
import { type Envelope, encodeBody, event } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { MemoryMesh } from "@armada/event-sourcing";
import { immediateScheduler, seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { readJournalMessage } from "../journal/message.ts";
import { initialRun, type RunState } from "../journal/state.ts";
import { evolveRun } from "../journal/table.ts";

const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const Called = event("shop.order.called", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
const nap = workflow({
  name: "nap",
  version: 1,
  input: z.object({ id: z.string() }),
  output: z.object({ id: z.string() }),
  run: async (input, ctx) => {
    await ctx.sleep("30s");
    return ctx.step("done", () => input);
  },
});
const desk = team({ name: "desk", workflows: [nap], subscriptions: [on(Called).start(nap, ({ data }) => data)] });

const envelope = (about: Partial<Envelope>): string =>
  encodeBody([
    {
      specversion: "1.0",
      id: "e1",
      source: "/operator",
      type: "armada.asked",
      subject: "s",
      time: "2026-01-01T00:00:01.000Z",
      data: {},
      team: "operator",
      correlationid: "c",
      causationid: "c",
      schemaversion: 1,
      hops: 0,
      ...about,
    },
  ]);

test("without room new runs are refused and those of events wait, while open ones go on; what waited starts once there is room", async () => {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("shop", []);
  let busy = false;
  startReplica(mesh, desk, noModels, { clock, random: seededRandom(2), scheduler: immediateScheduler, busy: () => busy });
  const runs = (): Map<string, RunState> => {
    const states = new Map<string, RunState>();
    for (const message of mesh.stream("desk").messages) {
      const journal = readJournalMessage(message);
      const run = /^run\.desk\.\w+\.[^.]+\.([^.]+)\.\d+$/.exec(message.subject)?.[1];
      if (journal === undefined || run === undefined) continue;
      const state = states.get(run) ?? initialRun();
      for (const one of journal.events) evolveRun(state, one, "");
      states.set(run, state);
    }
    return states;
  };
  const ask = (id: string): void =>
    void mesh
      .stream("desk")
      .append(
        `ask.desk.operator.run_start.${id}`,
        envelope({ id: `${id}.run_start`, subject: id, data: { workflow: "nap", input: { id } } }),
        clock.now(),
      );

  ask("open");
  await clock.run(() => runs().has("open"), 10_000);
  busy = true;
  ask("refused");
  mesh
    .stream("shop")
    .append(
      "evt.shop.order.called.o1.1",
      envelope({ id: "o1", type: Called.type, source: "/teams/shop", team: "shop", subject: "o1", data: { id: "o1" } }),
      clock.now(),
    );
  await clock.run(() => runs().get("open")?.ended !== undefined, 120_000);
  expect(runs().get("open")?.ended).toMatchObject({ status: "completed" });
  expect(runs().get("refused")?.ended).toMatchObject({ status: "failed", failure: { code: "BUSY" } });
  expect([...runs().keys()].sort()).toEqual(["open", "refused"]);

  busy = false;
  await clock.run(() => [...runs().values()].filter(({ ended }) => ended?.status === "completed").length === 2, 120_000);
  const of = (status: string): number => [...runs().values()].filter(({ ended }) => ended?.status === status).length;
  expect([of("completed"), of("failed"), runs().size]).toEqual([2, 1, 3]);
  expect([...runs().values()].every(({ by }) => by !== undefined)).toBe(true);
});
