import { buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import type { Derived } from "../journal/derive.ts";
import { store } from "./store-derived.ts";

const about = { type: "armada.test", subject: "r1", time: "2026-01-01T00:00:00.000Z", data: {}, team: "desk" };

function message(subject: string, id: string): Extract<Derived, { kind: "append" }> {
  const body = encodeBody([buildEnvelope({ ...about, id }, chainOf(id))]);
  return { kind: "append", subject, id, body, expect: { filter: subject, last: 0 }, traceparent: undefined };
}

function scene(rival: number) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(3), { ...CALM, rival });
  for (const name of ["desk", "bank"]) mesh.provision(name, []);
  const ports = {
    ...mesh.connect("desk"),
    clock,
    random: seededRandom(4),
    logger: { info: () => undefined, warn: () => undefined },
    tracer: { span: <T>(_: string, __: object, ___: string | undefined, work: (parent: undefined) => Promise<T>) => work(undefined) },
  };
  const stored = async (...derived: readonly Derived[]): Promise<number> => {
    const storing = store(derived, ports);
    let over = false;
    const end = (): void => {
      over = true;
    };
    storing.then(end, end);
    await clock.run(() => over, 60_000);
    return storing;
  };
  return { clock, mesh, stored };
}

test("a rival's write in flight that is never stored loses no timer, dispatch, ask or answer", async () => {
  const { clock, mesh, stored } = scene(0.9);
  const timer: Derived = { kind: "timer", run: "r1", n: 1, time: clock.now() + 86_400_000, body: "{}" };
  const asked = message("ask.bank.desk.lend.r1-2", "r1-2");
  const answered = message("ans.bank.desk.r9.1", "r1.answer");
  const dispatched = message("run.desk.do.quick-a.r1.1.1", "r1-1.1.dispatch");
  expect(await stored(timer, asked, answered, dispatched)).toBe(1);
  expect(mesh.mischief.rivals).toBeGreaterThan(4);
  expect(mesh.timerPending("desk", "r1", 1)).toBe(true);
  expect(mesh.stream("desk").messages.map(({ subject }) => subject)).toEqual([dispatched.subject]);
  expect(
    mesh
      .stream("bank")
      .messages.map(({ subject }) => subject)
      .sort(),
  ).toEqual([answered.subject, asked.subject]);
});

test("stored again it is there once; under an id that another used it is told", async () => {
  const { mesh, stored } = scene(0);
  const dispatched = message("run.desk.do.quick-a.r1.1.1", "r1-1.1.dispatch");
  expect(await stored(dispatched)).toBe(1);
  expect(await stored(dispatched)).toBe(1);
  expect(mesh.stream("desk").head).toBe(1);
  await expect(stored(message(dispatched.subject, "another"))).rejects.toMatchObject({ code: "SUBJECT_TAKEN" });
});
