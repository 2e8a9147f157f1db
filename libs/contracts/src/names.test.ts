import { expect, test } from "vitest";
import { z } from "zod";
import { capability, event, external } from "./kinds.ts";
import { checkName, checkTeamName } from "./names.ts";

const data = z.object({ id: z.string() });
const fact = (type: string) => event(type, { version: 1, id: (d) => d.id, data });

test("no team goes by a name that the mesh itself uses, and others may", () => {
  for (const name of ["fleet", "operator", "provisioner", "archiver", "armada", "nats"]) {
    expect(() => checkTeamName(name)).toThrow(expect.objectContaining({ code: "BAD_NAME" }));
    expect(checkName(name, "agent")).toBe(name);
  }
  expect(() => checkTeamName("Desk")).toThrow(expect.objectContaining({ code: "BAD_NAME" }));
  expect(checkTeamName("gateway")).toBe("gateway");
});

test.each([
  ["brk.ledger.settled", () => fact("brk.ledger.settled")],
  ["brk.read_model.stopped", () => fact("brk.read_model.stopped")],
  ["brk.run_schedule.fired", () => fact("brk.run_schedule.fired")],
  ["brk.message.parked", () => fact("brk.message.parked")],
  ["ledger.settled from outside", () => external("ledger.settled", { data })],
  ["undeclared.event from outside", () => external("undeclared.event", { data })],
  ["brk.run_fast", () => capability("brk.run_fast", { input: data, output: data })],
  ["brk.health_check", () => capability("brk.health_check", { input: data, output: data })],
  ["brk.ledger_clear", () => capability("brk.ledger_clear", { input: data, output: data })],
  ["an agent called constructor", () => checkName("constructor", "agent")],
])("%s is the mesh's own, and refused by name", (_, define) => {
  expect(define).toThrow(expect.objectContaining({ code: "BAD_NAME", message: expect.stringMatching(/^no \w+ can be called/) }));
});

test("what only looks like it is anybody's", () => {
  expect(fact("brk.message.received").type).toBe("brk.message.received");
  expect(fact("brk.order.parked").type).toBe("brk.order.parked");
  expect(external("com.example.ledger.settled", { data }).entity).toBe("com_example_ledger");
  expect(capability("brk.runs", { input: data, output: data }).capability).toBe("runs");
});
