import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildSubject, isToken, parseSubject, runFilter, type Subject } from "./index.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,47}$/);
const token = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter(isToken);
const ordinal = fc.integer({ min: 1, max: 999_999_999 });
const does = fc.constantFrom("do", "bulk", "lead", "wait", "note", "park", "end");

const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc.record({ kind: fc.constant("fact" as const), team: name, entity: name, event: name, id: token, key: token }),
  fc.record(
    { kind: fc.constant("journal" as const), team: name, does, route: token, run: token, n: ordinal, branch: ordinal },
    { requiredKeys: ["kind", "team", "does", "route", "run", "n"] },
  ) as fc.Arbitrary<Subject>,
  fc.record({ kind: fc.constant("ask" as const), to: name, from: name, capability: name, id: token }),
  fc.record({ kind: fc.constant("answer" as const), to: name, from: name, run: token, n: ordinal }),
  fc.record({ kind: fc.constantFrom("timer" as const, "tick" as const), team: name, run: token, n: ordinal }),
  fc.record({ kind: fc.constant("draw" as const), team: name, block: token, n: ordinal }),
  fc.record({ kind: fc.constant("fleet" as const), name }),
  fc.record({
    kind: fc.constant("isolation" as const),
    prefix: fc.oneof(
      name,
      fc.tuple(name, name).map((two) => two.join(".")),
    ),
  }),
);

describe("the subject grammar", () => {
  test("what is built is parsed back as it was", () => {
    fc.assert(
      fc.property(subject, (given) => {
        expect(parseSubject(buildSubject(given))).toEqual(given);
      }),
    );
  });

  test("an illegal token is refused wherever it stands", () => {
    const bad = fc.oneof(
      fc.constant(""),
      fc
        .constantFrom(".", "*", ">", " ", "\t", "\n", "\u0000", "\u007f", "\u0085", "\u00a0", "\u200b", "\u2028", "\u202e")
        .chain((mark) =>
          fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })).map(([before, after]) => before + mark + after),
        ),
      fc.string({ unit: fc.constantFrom("a", "é", "🛰"), minLength: 129, maxLength: 200 }),
      fc.constant("é".repeat(65)),
    );
    const places = fc.constantFrom<(token: string) => Subject>(
      (id) => ({ kind: "fact", team: "a", entity: "b", event: "c", id, key: "1" }),
      (key) => ({ kind: "fact", team: "a", entity: "b", event: "c", id: "x", key }),
      (run) => ({ kind: "journal", team: "a", does: "do", route: "r", run, n: 1 }),
      (route) => ({ kind: "journal", team: "a", does: "do", route, run: "r", n: 1 }),
      (id) => ({ kind: "ask", to: "a", from: "b", capability: "c", id }),
      (run) => ({ kind: "tick", team: "a", run, n: 1 }),
      (block) => ({ kind: "draw", team: "a", block, n: 1 }),
    );
    fc.assert(
      fc.property(places, bad, (place, text) => {
        expect(() => buildSubject(place(text))).toThrow(/cannot be part of a subject/);
      }),
    );
  });

  test("any text is parsed or refused, never thrown at; what is parsed is built back to the same text", () => {
    const dotted = fc.array(
      fc.oneof(
        fc.constantFrom("evt", "run", "fleet", "isolation", "ask", "ans", "at", "tick", "draw", "do", "a", "1", "0", "01", ""),
        fc.string(),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          dotted.map((tokens) => tokens.join(".")),
        ),
        (text) => {
          const parsed = parseSubject(text);
          if (parsed !== undefined && text.split(".").every(isToken)) expect(buildSubject(parsed)).toBe(text);
        },
      ),
    );
  });

  test("a run's filter has its journal and not the dispatches derived from it", () => {
    const at: Subject = { kind: "journal", team: "t", does: "do", route: "r", run: "x", n: 3 };
    const tokens = runFilter("t", "x").split(".").length;
    expect(buildSubject(at).split(".")).toHaveLength(tokens);
    expect(buildSubject({ ...at, branch: 1 }).split(".")).toHaveLength(tokens + 1);
  });
});
