import { expect, test } from "vitest";
import { z } from "zod";
import { secret } from "./secret.ts";

const Brief = z.object({ account: z.string(), token: secret("CRM_TOKEN", "CRM_TOKEN_TEST") });

test("a brief names a secret that its workflow lists", () => {
  const brief = { account: "a", token: { $secret: "CRM_TOKEN_TEST" } };
  expect(Brief.parse(brief)).toEqual(brief);
});

test.each([
  "canary-0123456789",
  { $secret: "canary-0123456789" },
  { $secret: "CRM_TOKEN", "canary-0123456789": 1 },
  { "canary-0123456789": "CRM_TOKEN" },
  undefined,
])("what is no such name is refused, and not repeated: %j", (token) => {
  const { error } = Brief.safeParse({ account: "a", token });
  expect(z.prettifyError(error as z.ZodError)).not.toContain("canary");
  expect(z.prettifyError(error as z.ZodError)).toMatch(/CRM_TOKEN/);
});
