import { on, team, workflow } from "@armada/agents";
import { askMessage, buildEnvelope, chainOf, encodeBody, external } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { CALM, type Hostility, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { script } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Order = z.object({ order: z.string() });
const Placed = external("com.example.order.placed", { data: Order });
const begun: string[] = [];
const ship = workflow({
  name: "ship",
  version: 1,
  input: Order,
  output: Order,
  run: async (input) => {
    begun.push(input.order);
    return input;
  },
});

/** A team whose subscription throws until it is mended, and an event that was set aside for that. */
async function shop(hostility?: Hostility) {
  begun.length = 0;
  const mended = { is: false };
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random, hostility);
  const starts = on(Placed).start(ship, ({ data }) => {
    if (!mended.is) throw new Error(`order ${data.order} has no address`);
    return data;
  });
  const definition = team({ name: "shop", workflows: [ship], subscriptions: [starts] });
  startReplica(mesh, definition, script({}), { clock, random, scheduler: clock.scheduler });
  const about = {
    id: "o1",
    source: "/web",
    type: Placed.type,
    subject: "o1",
    time: "2026-01-01T00:00:00Z",
    data: { order: "o1" },
    team: "gateway",
  };
  const fact = { ...buildEnvelope(about, chainOf("o1")), arrived: new Date(clock.now()).toISOString() };
  mesh.stream("gateway").append("evt.gateway.com_example_order.placed.o1.k1", encodeBody([fact]), clock.now());
  const facts = (event: string) =>
    mesh
      .stream("shop")
      .messages.filter(({ subject }) => subject.startsWith(`evt.shop.message.${event}.`))
      .map(({ envelopes }) => envelopes[0]?.data);
  await clock.run(() => facts("parked").length > 0, 600_000);
  const parked = z.object({ seq: z.number(), queue: z.string() }).parse(facts("parked")[0]);
  const ask = async (id: string, to: string, from = "operator"): Promise<void> => {
    const data = { ...parked, to, by: "Mia", why: "because", within: 10_000 };
    const message = askMessage(
      { to: "shop", from, source: `/${from}`, capability: "message_settle", id, data, time: "2026-01-01T00:00:00Z" },
      chainOf(id),
    );
    mesh.stream("shop").append(message.subject, message.body, clock.now());
    await clock.run(() => false, 60_000);
  };
  return { mended, parked, facts, ask };
}

test("a message that was set aside is worked again where it is asked for, says who asked and why, and twice does nothing twice", async () => {
  const { mended, parked, facts, ask } = await shop();
  await ask("first", "redrive");
  expect([begun, facts("settled")]).toEqual([[], []]);
  expect(facts("tried")).toEqual([{ ...parked, to: "redrive", by: "Mia", why: "because", reason: "order o1 has no address" }]);
  mended.is = true;
  await ask("second", "redrive");
  await ask("third", "redrive");
  expect(begun).toEqual(["o1"]);
  expect(facts("settled")).toEqual([{ ...parked, to: "redrive", by: "Mia", why: "because" }]);
});

test("one that is given up is not worked", async () => {
  const { mended, parked, facts, ask } = await shop();
  mended.is = true;
  await ask("first", "discard");
  await ask("second", "redrive");
  expect([begun, facts("settled")]).toEqual([[], [{ ...parked, to: "discard", by: "Mia", why: "because" }]]);
});

test("nobody but the operator may", async () => {
  const { mended, facts, ask } = await shop();
  mended.is = true;
  await ask("first", "redrive", "sales");
  expect([begun, facts("settled")]).toEqual([[], []]);
});

test("an ask that comes again is answered once", async () => {
  const { mended, facts, ask } = await shop({ ...CALM, forgottenAck: 0.7 });
  mended.is = true;
  await ask("first", "redrive");
  expect([begun, facts("settled").length]).toEqual([["o1"], 1]);
});
