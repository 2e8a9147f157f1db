import { expect, test } from "vitest";
import { handedOut, isDescribed } from "./docstrings.ts";

test("a door's names are found with their files", () => {
  const door = 'export { type A, b } from "./one.ts";\nexport type {\n  C,\n} from "./two.ts";\n';
  expect(handedOut(door)).toEqual([
    { name: "A", from: "./one.ts" },
    { name: "b", from: "./one.ts" },
    { name: "C", from: "./two.ts" },
  ]);
});

test("a name without a docstring right before it is told; a schema's serves its type", () => {
  expect(isDescribed("/** Adds. */\nexport function plus() {}\n", "plus")).toBe(true);
  expect(isDescribed("/** Of another. */\nconst a = 1;\n\nexport function plus() {}\n", "plus")).toBe(false);
  expect(isDescribed("// Adds.\nexport const plus = 1;\n", "plus")).toBe(false);
  expect(isDescribed("/** A draft. */\nexport const Draft = z.object({});\nexport type Draft = z.infer<typeof Draft>;\n", "Draft")).toBe(
    true,
  );
  expect(isDescribed("/** A draft. */\nconst Draft = z.object({});\nexport type Draft = z.infer<typeof Draft>;\n", "Draft")).toBe(true);
  expect(isDescribed("/** Adds. */\nconst plus = 1;\n", "plus")).toBeUndefined();
  expect(isDescribed("export const others = 1;\n", "plus")).toBeUndefined();
});
