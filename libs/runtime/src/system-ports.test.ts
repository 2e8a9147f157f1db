import { expect, test } from "vitest";
import { systemRandom } from "./system-ports.ts";

test("ids differ, and none begins as an option of a command does", () => {
  const ids = Array.from({ length: 2_000 }, () => systemRandom.id());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^\w[\w-]{15}$/.test(id))).toEqual([]);
});
