import { expect, test } from "vitest";
import { errorsIn } from "./type-check.ts";

test("each error is told once, with its place and its first line", () => {
  const said = `services/support/src/team.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.
  The expected type comes from property 'version'
services/support/src/a(b).ts(1,2): error TS1005: ';' expected.
`;
  expect(errorsIn(said)).toEqual([
    {
      file: "services/support/src/team.ts",
      line: 12,
      column: 5,
      code: "TS2322",
      message: "Type 'string' is not assignable to type 'number'.",
    },
    { file: "services/support/src/a(b).ts", line: 1, column: 2, code: "TS1005", message: "';' expected." },
  ]);
});
