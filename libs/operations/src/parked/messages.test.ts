import { buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { parkedMessages, settleParkedMessage } from "./messages.ts";

const never = new AbortController().signal;
const settling = { to: "redrive", by: "Mia", waitMs: 1 } as const;

function office() {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  mesh.provision("office", []);
  const { log } = mesh.connect("office");
  const say = (event: string, seq: number, queue: string, more: object = {}, causation = "x"): void => {
    const data = { seq, queue, ...more };
    const about = {
      id: `${event}-${seq}-${queue}-${causation}`,
      type: `office.message.${event}`,
      subject: String(seq),
      data,
      team: "office",
    };
    const envelope = buildEnvelope({ ...about, time: "2026-01-01T00:00:00Z" }, { ...chainOf("x"), causation });
    mesh
      .stream("office")
      .append(`evt.office.message.${event}.${seq}.${queue}-${seq}-${causation.replace(".", "-")}`, encodeBody([envelope]), 0);
  };
  return { log, say };
}

const set = { subject: "evt.web.order.placed.a.b", reason: "no address", deliveries: 20 };

test("what was worked again or given up is parked no more, by whose worker it was", async () => {
  const { log, say } = office();
  say("parked", 3, "on_a", set);
  say("parked", 3, "on_b", set);
  say("parked", 9, "on_a", set);
  say("tried", 9, "on_a", { reason: "no address" });
  say("settled", 3, "on_a");
  expect(await parkedMessages(log, "office")).toEqual([
    { team: "office", seq: 3, queue: "on_b", ...set },
    { team: "office", seq: 9, queue: "on_a", ...set },
  ]);
});

test("who asks is told by their own answer; where another was first there is nothing to do", async () => {
  const { log, say } = office();
  const session = (answer: (causation: string) => void) => ({
    log: () => log,
    ask: async (_team: string, capability: string, id: string) => {
      answer(`${id}.${capability}`);
      return 1;
    },
  });
  const about = { team: "office", seq: 3, queue: "on_a" };
  const settle = (answer: (causation: string) => void) =>
    settleParkedMessage(session(answer) as unknown as Parameters<typeof settleParkedMessage>[0], about, settling, never);
  say("tried", 3, "on_a", { reason: "an older one" });
  expect(await settle((id) => say("tried", 3, "on_a", { reason: "no address", replica: "h:1" }, id))).toEqual({
    team: "office",
    seq: 3,
    kind: "failed",
    reason: "no address",
    replica: "h:1",
  });
  expect(await settle((id) => say("settled", 3, "on_a", { replica: "h:2" }, id))).toEqual({
    team: "office",
    seq: 3,
    kind: "taken",
    replica: "h:2",
  });
  expect(await settle(() => undefined)).toEqual({ team: "office", seq: 3, kind: "nothing" });
});
