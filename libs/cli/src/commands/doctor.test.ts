import type { Finding } from "@armada/operations/health/trouble";
import { expect, test } from "vitest";
import { printer } from "../testing/printer.ts";
import { sayFindings } from "./doctor.ts";

const set = (name: string, ok = true): Finding => ({ name, value: "1", from: "built-in", ok });

test("what is wrong comes first, wherever it was found, then what was looked at, then what is set", () => {
  const out = printer();
  const findings: Finding[] = [
    { name: "mesh", value: "nats://there", ok: true },
    { name: "desk: QUEUE_MISSING", value: "x".repeat(200), ok: false, next: "armada provision" },
  ];
  expect(sayFindings(findings, [set("drain"), set("model a", false), set("gateway.port")], out)).toBe(1);
  const order = ["desk: QUEUE_MISSING", "model a", "mesh", "drain", "gateway.port"];
  expect(out.emitted).toMatchObject(order.map((name) => ({ type: "finding", name })));
  expect(out.said[0]).toMatch(/^✗ desk: QUEUE_MISSING .*…$/);
  expect(out.said[1]).toBe("    armada provision");
  expect(out.said.at(-1)).toBe("the whole of what is cut: armada doctor --json");
});

test("where nothing is wrong and nothing cut, the exit code is 0 and nothing is said of it", () => {
  const out = printer();
  expect(sayFindings([set("mesh")], [set("drain")], out)).toBe(0);
  expect(out.said).toHaveLength(2);
});
