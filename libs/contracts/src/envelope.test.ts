import { generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBody, Envelope, encodeBody, parseMessage, signedText, splitSignature, withSignature } from "./index.ts";

const envelope: fc.Arbitrary<Envelope> = fc.record({
  specversion: fc.constant("1.0" as const),
  id: fc.string({ minLength: 1 }),
  source: fc.string({ minLength: 1 }),
  type: fc.string({ minLength: 1 }),
  subject: fc.string(),
  time: fc.constant("2026-01-01T00:00:00Z"),
  data: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  team: fc.constant("alpha"),
  correlationid: fc.string(),
  causationid: fc.string(),
  schemaversion: fc.integer({ min: 1, max: 9 }),
  hops: fc.integer({ min: 0, max: 40 }),
});
const body = fc.array(envelope, { minLength: 1, maxLength: 4 }).map(encodeBody);
const sig = fc.stringMatching(/^[A-Za-z0-9_-]{86}$/);

describe("bodies", () => {
  test("one event or a batch comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(envelope, { minLength: 1, maxLength: 4 }), (events) => {
        expect(decodeBody(encodeBody(events))).toEqual(events);
      }),
    );
  });

  test("what is written is what is read: refused on the way out is what readers refuse, data left out or none", () => {
    const change = fc.constantFrom<Partial<Record<keyof Envelope, unknown>>>(
      {},
      { data: undefined },
      { data: null },
      { data: undefined, data_base64: "eA==" },
      { data_base64: "eA==" },
      { time: undefined },
      { time: undefined, arrived: "2026-01-01T00:00:00.000Z" },
      { id: "" },
      { hops: -1 },
      { subject: 7 },
    );
    fc.assert(
      fc.property(envelope, change, (event, over) => {
        const given = { ...event, ...over } as Envelope;
        const read = decodeBody(JSON.stringify(given));
        if (read === undefined) expect(() => encodeBody([given])).toThrow(expect.objectContaining({ code: "ENVELOPE_INVALID" }));
        else expect(decodeBody(encodeBody([given]))).toEqual(read);
      }),
    );
    expect(() => encodeBody([])).toThrow(expect.objectContaining({ code: "ENVELOPE_INVALID" }));
  });

  test("garbage is no event and throws nothing", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          body.map((text) => text.slice(1)),
          body.map((text) => text.slice(0, -1)),
        ),
        (text) => {
          expect(decodeBody(text)).toBeUndefined();
        },
      ),
    );
    for (const text of ["", "null", "[]", "{}", "[1]", "1e999", '{"specversion":"1.0"}']) expect(decodeBody(text)).toBeUndefined();
  });

  test("what is read by hand is what the schema reads: the same taken, with what is unknown, the same refused", () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>("", "1.0", "1.1", 0, -0, -1, 1.5, 2 ** 53, null, [], {}, true));
    const field = fc.oneof(fc.constantFrom(...Object.keys(Envelope.shape)), fc.constantFrom("datacontenttype", "__proto__", "x"));
    const schema = (json: unknown): unknown => {
      if (Object.hasOwn(json as object, "__proto__")) return undefined;
      const parsed = Envelope.safeParse(json);
      return parsed.success ? [parsed.data] : undefined;
    };
    fc.assert(
      fc.property(envelope, fc.array(fc.tuple(field, fc.option(odd, { nil: undefined })), { maxLength: 3 }), (event, changes) => {
        const changed = `{${[...new Map<string, unknown>([...Object.entries(event), ...changes])]
          .flatMap(([name, value]) => (value === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`]))
          .join(",")}}`;
        expect(decodeBody(changed)).toEqual(schema(JSON.parse(changed)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("an event without one of its required fields, or with one of another kind, is none", () => {
    fc.assert(
      fc.property(
        envelope,
        fc.constantFrom("specversion", "id", "source", "type", "time", "team", "correlationid", "causationid", "schemaversion", "hops"),
        (event, field) => {
          const { [field as keyof Envelope]: _gone, ...rest } = event;
          expect(decodeBody(JSON.stringify(rest))).toBeUndefined();
          expect(decodeBody(JSON.stringify({ ...event, [field]: { not: "this" } }))).toBeUndefined();
          expect(decodeBody(`[${JSON.stringify(event)},${JSON.stringify(rest)}]`)).toBeUndefined();
        },
      ),
    );
  });

  test("an envelope agrees with the subject of its own team and thing only", () => {
    const event = (over: Partial<Envelope>): Envelope => ({ ...(fc.sample(envelope, 1)[0] as Envelope), ...over });
    const all: readonly [string, Partial<Envelope>][] = [
      ["evt.alpha.e.n.id.1", { team: "alpha" }],
      ["run.alpha.do.r.x.1", { team: "alpha", subject: "x" }],
      ["ask.beta.alpha.c.x-1", { team: "alpha", subject: "x-1" }],
      ["ans.beta.alpha.x.1", { team: "alpha", subject: "x-1" }],
      ["tick.alpha.x.1", { team: "alpha", subject: "x-1" }],
      ["draw.alpha.x.1", { team: "alpha", subject: "x" }],
    ];
    for (const [text, right] of all) {
      const whyNot = (over: Partial<Envelope>): string | undefined => parseMessage(text, encodeBody([event({ ...right, ...over })])).why;
      expect(whyNot({})).toBeUndefined();
      expect(whyNot({ team: "beta" })).toBe("its envelope does not agree with its subject");
      if (right.subject !== undefined) expect(whyNot({ subject: "y" })).toBe("its envelope does not agree with its subject");
    }
  });
});

describe("signatures", () => {
  test("a signature is put in and taken out without a changed byte, and the body stays an event", () => {
    fc.assert(
      fc.property(body, sig, (text, signature) => {
        const signed = withSignature(text, signature);
        expect(splitSignature(signed)).toEqual({ body: text, sig: signature });
        expect(decodeBody(signed)?.at(-1)?.sig).toBe(signature);
        expect(splitSignature(text)).toBeUndefined();
      }),
    );
  });

  test("any changed character of subject, id or body breaks it", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    fc.assert(
      fc.property(body, fc.nat(), fc.constantFrom("subject", "id", "body"), (text, at, what) => {
        const parts = { subject: "evt.alpha.a.b.c.1", id: "the id", body: text };
        const made = sign(null, Buffer.from(signedText(parts.subject, parts.id, parts.body)), privateKey);
        const old = parts[what as keyof typeof parts];
        const i = at % old.length;
        const changed = { ...parts, [what]: `${old.slice(0, i)}${old[i] === "x" ? "y" : "x"}${old.slice(i + 1)}` };
        expect(verify(null, Buffer.from(signedText(parts.subject, parts.id, parts.body)), publicKey, made)).toBe(true);
        expect(verify(null, Buffer.from(signedText(changed.subject, changed.id, changed.body)), publicKey, made)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
