import { expect, test } from "vitest";
import { firstUnsupported, numbersIn } from "./grounding.ts";

test("the first thing that a source lacks is found", () => {
  expect(firstUnsupported("Ada met Bob in 1999.", "Ada met Bob in 1998.")).toBe("1999");
  expect(firstUnsupported("Ada met Bob in May.", "Ada met Bob in June.")).toBe("May");
  expect(firstUnsupported("Ada's bridge", "the bridge of Ada")).toBeUndefined();
});

test("numbers are read as numbers", () => {
  expect(numbersIn("1,200.0 and 1200, 3.50, twelve, 2021-05")).toEqual(["1200", "1200", "3.5", "2021", "5", "12"]);
});
