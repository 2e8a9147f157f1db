import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { ModelRequest } from "../port.ts";
import { type RequestAbout, requestDigest } from "./request-digest.ts";

const text = fc.string({ unit: "binary", maxLength: 40 });
const schemas = [z.object({ urgency: z.enum(["low", "high"]) }), z.object({ urgency: z.enum(["low", "higher"]) }), z.string(), z.unknown()];

const request: fc.Arbitrary<ModelRequest> = fc.record({
  tier: fc.constantFrom("worker", "specialist", "orchestrator"),
  task: fc.stringMatching(/^[a-z]{1,10}$/),
  prompt: text,
  system: text,
  material: fc.array(fc.record({ name: text, text }), { maxLength: 4 }),
  params: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }),
  schema: fc.constantFrom<z.ZodType>(...schemas),
  maxTokens: fc.integer({ min: 1, max: 64_000 }),
});
const about: fc.Arbitrary<RequestAbout> = fc.record({
  model: text,
  tools: fc.array(fc.record({ name: text, does: text }), { maxLength: 2 }),
});

/** The same text with one character more, fewer or other. */
function changed(before: string, at: number, by: number): string {
  const i = before.length === 0 ? 0 : at % before.length;
  if (by === 0 || before.length === 0) return `${before.slice(0, i)}x${before.slice(i)}`;
  if (by === 1) return before.slice(0, i) + before.slice(i + 1);
  return `${before.slice(0, i)}${String.fromCharCode(before.charCodeAt(i) ^ 1)}${before.slice(i + 1)}`;
}

test("what is asked again has the digest it had, whoever asks and in whatever order its parameters stand", () => {
  fc.assert(
    fc.property(request, about, fc.string(), (asked, by, key) => {
      const turned = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(turned)
          : typeof value === "object" && value !== null
            ? Object.fromEntries(
                Object.entries(value)
                  .reverse()
                  .map(([name, item]) => [name, turned(item)]),
              )
            : value;
      const params = Object.fromEntries(Object.entries(turned(asked.params) as Record<string, unknown>));
      const again: ModelRequest = { ...asked, params, material: asked.material.map((passage) => ({ ...passage })), idempotencyKey: key };
      expect(requestDigest(again, { ...by })).toBe(requestDigest(asked, by));
    }),
  );
});

test("one byte of prompt, system, task, material, model, tool or parameter makes it another", () => {
  fc.assert(
    fc.property(request, about, fc.nat(), fc.integer({ min: 0, max: 2 }), fc.nat(), (asked, by, at, how, pick) => {
      const other = (value: string): string => changed(value, at, how);
      const passage = asked.material[pick % Math.max(1, asked.material.length)];
      const tool = by.tools?.[0] as { name: string; does: string } | undefined;
      const replaced = (one: { name: string; text: string }): ModelRequest => ({
        ...asked,
        material: asked.material.map((old) => (old === passage ? one : old)),
      });
      const others: [ModelRequest, RequestAbout][] = [
        [{ ...asked, prompt: other(asked.prompt ?? "") }, by],
        [{ ...asked, system: other(asked.system ?? "") }, by],
        [{ ...asked, task: other(asked.task) }, by],
        [{ ...asked, maxTokens: (asked.maxTokens ?? 0) + 1 }, by],
        [{ ...asked, params: { ...asked.params, more: "x" } }, by],
        [{ ...asked, material: [...asked.material, { name: "", text: "" }] }, by],
        [asked, { ...by, model: other(by.model) }],
        [asked, { ...by, tools: [...(by.tools ?? []), {}] }],
        ...(passage === undefined
          ? []
          : ([
              [replaced({ ...passage, text: other(passage.text) }), by],
              [replaced({ ...passage, name: other(passage.name) }), by],
            ] satisfies [ModelRequest, RequestAbout][])),
        ...(tool === undefined
          ? []
          : [[asked, { ...by, tools: [{ ...tool, does: other(tool.does) }] }] satisfies [ModelRequest, RequestAbout]]),
      ];
      const digests = new Set(others.map(([one, its]) => requestDigest(one, its)));
      expect(digests.has(requestDigest(asked, by))).toBe(false);
    }),
  );
});

test("each schema and each tier has a digest of its own, and what is between name and text counts", () => {
  const base: ModelRequest = { tier: "worker", task: "sort", material: [{ name: "ab", text: "c" }], schema: z.string() };
  const by = { model: "m" };
  const all = [
    base,
    ...schemas.slice(0, 2).map((schema) => ({ ...base, schema })),
    { ...base, schema: z.string().describe("in French") },
    { ...base, tier: "specialist" as const },
    { ...base, material: [{ name: "a", text: "bc" }] },
    { ...base, material: [{ name: "ab", text: "\ud800" }] },
    { ...base, material: [{ name: "ab", text: "\ufffd" }] },
  ];
  expect(new Set(all.map((one) => requestDigest(one, by))).size).toBe(all.length);
});
