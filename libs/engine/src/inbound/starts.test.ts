import { expect, test } from "vitest";
import { formerId, runIdOf, startedBy } from "./starts.ts";

test("no id of a run that is made of a hash begins as an option of a command does, and the one of builds before is known", () => {
  const made = Array.from({ length: 1_000 }, (_, i) => [startedBy("on_x", `${i}`), runIdOf(`order ${i}`)]).flat();
  expect(made.filter((id) => id.startsWith("-"))).toEqual([]);
  expect(made.every((id) => formerId(id) === undefined || formerId(id) === `-${id.slice(1)}`)).toBe(true);
  expect(made.filter((id) => formerId(id) !== undefined).length).toBeGreaterThan(0);
  expect(runIdOf("-4-8")).toBe("-4-8");
});
