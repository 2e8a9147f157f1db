import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ArmadaError } from "@armada/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Loading, placeOf, problemOf } from "./problem.ts";

let root: string;
const team = (): string => join(root, "services/support/src/team.ts");
const loading = (more: Partial<Loading> = {}): Loading => ({
  root,
  team: team(),
  last: undefined,
  missing: undefined,
  check: () => "",
  ...more,
});
const thrown = (error: Error, stack: string): Error => Object.assign(error, { stack });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "armada-problem-"));
  writeFileSync(join(root, "asks.ts"), 'import { z } from "zod";\nimport { gone } from "./gone.ts";\n');
});
afterAll(() => rmSync(root, { recursive: true }));

test("what Node cannot parse has the place that Node marks", () => {
  const stack = `${pathToFileURL(team()).href}:2\nconst x: number = ;\n                  ^\n\nSyntaxError: Expression expected\n    at node:internal:1:1`;
  const problem = problemOf(thrown(new SyntaxError("Expression expected"), stack), loading());
  expect(placeOf(problem)).toBe("services/support/src/team.ts:2:19");
  expect(problem).toMatchObject({ code: "BAD_TEAM", message: "Expression expected" });
});

test("what cannot be compiled and has no place is the file that was loaded last, where a check finds it", () => {
  const check = (): string => "[stdin]:7\nconst twice = 1;\n      ^^^^^\n\nSyntaxError: Identifier 'twice' has already been declared\n";
  const error = thrown(new SyntaxError("Identifier 'twice' has already been declared"), "SyntaxError: …\n    at node:internal:1:1");
  expect(placeOf(problemOf(error, loading({ last: join(root, "shared.ts"), check })))).toBe("shared.ts:7:7");
});

test("an import that is not there is told where it stands", () => {
  const error = Object.assign(new Error("Cannot find module '/p/gone.ts' imported from /p/asks.ts"), { code: "ERR_MODULE_NOT_FOUND" });
  const missing = { specifier: "./gone.ts", from: pathToFileURL(join(root, "asks.ts")).href };
  const problem = problemOf(error, loading({ missing }));
  expect(placeOf(problem)).toBe("asks.ts:2:22");
  expect(problem.message).toBe('it imports "./gone.ts", which is not there');
});

test("what code throws has the place in the team's folder, not where the product or a package refused it", () => {
  const at = (path: string, line: number): string => `    at f (${pathToFileURL(join(root, path)).href}:${line}:3)`;
  const stack = ["Error: no", at("node_modules/zod/index.js", 1), at("shared/money.ts", 2), at("services/support/src/team.ts", 3)].join(
    "\n",
  );
  expect(placeOf(problemOf(thrown(new Error("no"), stack), loading()))).toBe("services/support/src/team.ts:3:3");
  const ours = new ArmadaError("DUPLICATE_NAME", "team support lists triager twice in agents", { hint: "remove one" });
  expect(problemOf(thrown(ours, stack), loading())).toMatchObject({ code: "DUPLICATE_NAME", hint: "remove one", line: 3 });
});

test("what is thrown and is no error is told as it is, with the team's file", () => {
  expect(problemOf("a text", loading())).toMatchObject({
    message: "it threw as it was loaded: a text",
    file: "services/support/src/team.ts",
  });
});
