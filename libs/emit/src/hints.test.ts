import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { HINTS } from "./hints.ts";

const PYTHON = new URL("../../emit-python/src/armada_emit/_answer.py", import.meta.url);

test("both clients say the same of each refusal", () => {
  const table = /^HINTS = \{\n(.*?)^\}/ms.exec(readFileSync(PYTHON, "utf8"))?.[1];
  ok(table !== undefined, "the Python client has its table");
  const pairs = [...table.matchAll(/^ {4}"([\w-]+)": "(.*)",$/gm)].map(([, code, hint]) => [code, hint]);
  deepEqual(Object.fromEntries(pairs), HINTS);
});
