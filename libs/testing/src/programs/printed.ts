import type { Case } from "./drawing/program.ts";

/** The text of a test, beside the judge, that fails as long as the case is red. */
export function printed(drawn: Case, failures: readonly string[]): string {
  return `import { expect, test } from "vitest";
import { judge } from "./judging/judge.ts";
import type { Case } from "./drawing/program.ts";

/** ${failures.slice(0, 3).join("\n * ").replaceAll("*/", "* /").slice(0, 600)} */
const drawn: Case = ${JSON.stringify(drawn, undefined, 2)};

test("a drawn program does what a reader expects", async () => {
  expect((await judge(drawn)).failures).toEqual([]);
});
`;
}
