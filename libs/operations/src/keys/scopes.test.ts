import { expect, test } from "vitest";
import { allows, checkScope } from "./scopes.ts";

test.each([
  [["*"], "emit", "com.example.noted", true],
  [["emit:com.example.noted"], "emit", "com.example.noted", true],
  [["emit:com.example.noted"], "emit", "com.example.noted.twice", false],
  [["emit:com.example.*"], "emit", "com.example.noted", true],
  [["emit:com.example.*"], "emit", "com.examples.noted", false],
  [["emit:*"], "start", "content.create_article", false],
  [["start:content.*"], "start", "contents.create_article", false],
  [["read:content", "read:shop"], "read", "shop", true],
  [["read:content"], "read", "content2", false],
  [["emit:urn:a:b"], "emit", "urn:a:b", true],
  [[], "read", "content", false],
] as const)("%j allow %s of %s: %s", (scopes, action, target, right) => {
  expect(allows(scopes, action, target)).toBe(right);
});

test("without a target it is whether there is anything of the kind", () => {
  expect([allows(["read:shop"], "read"), allows(["read:shop"], "approve")]).toEqual([true, false]);
});

test("what is no scope is refused in words", () => {
  for (const text of [
    "*",
    "emit:com.example.*",
    "start:content.create_article",
    "start:content.*",
    "start:cont*",
    "start:*",
    "approve:*",
    "read:content",
  ])
    expect(checkScope(text)).toBe(text);
  for (const text of [
    "",
    "**",
    "emit",
    "emit:",
    "delete:content",
    "emit:a*b",
    "Emit:a",
    "read:con tent",
    "emit:a\n",
    "start:lab",
    "start:lab.",
    "start:.w",
    "start:a.b.c",
    "start:a.b.*",
    "start:Lab.w",
    "read:a.b",
    "approve:a/b",
  ])
    expect(() => checkScope(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
