import { expect, test } from "vitest";
import { type Followed, touched } from "./touched.ts";

const service = (src: string, files: readonly string[], refused = false): Followed => ({ src, files: new Set(files), refused });
const services = new Map([
  ["support", service("/p/services/support/src", ["/p/services/support/src/team.ts", "/p/services/billing/src/contract.ts"])],
  ["billing", service("/p/services/billing/src", ["/p/services/billing/src/team.ts", "/p/services/billing/src/contract.ts"])],
]);

test.each([
  ["a file of one", "/p/services/support/src/team.ts", ["support"]],
  ["a contract that two import", "/p/services/billing/src/contract.ts", ["support", "billing"]],
  ["a test, which none loads", "/p/services/support/src/team.test.ts", []],
  ["a prompt in a team's folder", "/p/services/billing/src/prompt.md", ["billing"]],
  ["a folder whose name begins the same", "/p/services/billing/src2/prompt.md", []],
  ["a page outside", "/p/README.md", []],
])("%s", (_, path, wanted) => {
  expect([...touched([path, "/p/services/other/src/team.ts"], services)]).toEqual(wanted.map((name) => [name, [path]]));
});

test("a service that was refused is tried again whatever changes", () => {
  const all = new Map([...services, ["broken", service("/p/services/broken/src", [], true)]]);
  expect([...touched(["/p/shared/money.ts"], all)]).toEqual([["broken", ["/p/shared/money.ts"]]]);
});
