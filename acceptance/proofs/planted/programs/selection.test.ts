import ts from "typescript-6";
import { expect, test } from "vitest";
import { mutationsOf } from "./mutations.ts";
import { leftOut } from "./selection.ts";

/** What becomes of the changes of a function's body. */
function decided(body: string): string[] {
  const text = `function one(a: number, b: number, c: boolean) {\n${body}\n}\n`;
  const source = ts.createSourceFile("one.ts", text, ts.ScriptTarget.Latest, true);
  const made = new Set<string>();
  return mutationsOf("one.ts", text).map((one) => `${one.how}: ${leftOut(source, one, made) ?? "counts"}`);
}

test("an equality that is negated is the mutant that turns it round", () => {
  expect(decided("if (a === b) throw a;")).toEqual(["a condition negated: twice", "an if dropped: counts", "another operator: counts"]);
});

test("a comparison that is negated is a mutant of its own", () => {
  expect(decided("if (a > b && c) throw a;")).toEqual([
    "a condition negated: counts",
    "an if dropped: counts",
    "another operator: counts",
    "another operator: counts",
  ]);
});

test("what is the same code, and what was made before, does not count", () => {
  expect(decided("return undefined;")).toEqual(["nothing returned: same"]);
  expect(decided("switch (a) { case b: return c; }")).toEqual(["a case dropped: counts", "nothing returned: twice"]);
});

test("texts of errors, hints and traces do not count, and codes do", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
  expect(decided("throw new TypeError(`${a + b} is ${c ? 1 : 2}`);")).toEqual(Array(4).fill(expect.stringMatching(/: text$/)));
  expect(decided('a({ code: c ? "A" : "B", hint: c ? "C" : "D" });')).toEqual([
    "a statement dropped: counts",
    "a condition negated: counts",
    "a condition negated: text",
  ]);
});

test("what the types exclude does not count", () => {
  expect(decided("return a satisfies never;")).toEqual(["nothing returned: never"]);
});
