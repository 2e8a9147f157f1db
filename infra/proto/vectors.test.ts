import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { asToken, buildSubject, isToken, parseSubject, type Subject, shortHash, splitSignature } from "../../libs/contracts/src/index.ts";
import { root } from "../verify/command.ts";
import { documents } from "./documents.ts";

const text = z.string();
const Fields = z.custom<Subject>((value) => typeof value === "object" && value !== null && "kind" in value);
const Subjects = z.object({
  subjects: z.array(z.object({ fields: Fields, subject: text })),
  refused: z.array(z.object({ fields: Fields, code: text })),
  unknown: z.array(z.object({ subject: text, parsed: z.null() })),
  tokens: z.array(z.object({ text, legal: z.boolean(), token: text })),
  hashes: z.array(z.object({ parts: z.array(text), hash: text })),
});
const Message = z.object({ team: text, subject: text, message: text });
const Signatures = z.object({
  keys: z.record(text, z.object({ publicKey: text })),
  valid: z.array(Message.extend({ id: text, body: text, signedText: text, sig: text })),
  invalid: z.array(Message.extend({ change: text, holds: z.literal(false) })),
});
const read = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(`${root}proto/vectors/${name}.json`, "utf8")));

describe("subject vectors", () => {
  const vectors = read("subjects", Subjects);

  test.each(vectors.subjects)("$subject", ({ fields, subject }) => {
    expect(buildSubject(fields)).toBe(subject);
    expect(parseSubject(subject)).toEqual(fields);
    // What the server wants of a subject to publish on: no wildcard, no white space, no empty token.
    expect(subject).toMatch(/^[^\s.*>]+(\.[^\s.*>]+)+$/u);
  });

  test("refuse what would shape a subject", () => {
    for (const { fields, code } of vectors.refused) {
      expect(code).toBe("BAD_TOKEN");
      expect(() => buildSubject(fields)).toThrow(expect.objectContaining({ code }));
    }
  });

  test("know nothing beside the grammar", () => {
    for (const { subject } of vectors.unknown) expect(parseSubject(subject), subject).toBeUndefined();
  });

  test("replace by its hash what is no token", () => {
    const hash = (of: string): string => createHash("sha256").update(of).digest("base64url").slice(0, 22);
    for (const { text: given, legal, token } of vectors.tokens) {
      expect([isToken(given), asToken(given)], given).toEqual([legal, token]);
      expect(token).toBe(legal ? given : hash(given));
    }
    for (const { parts, hash: expected } of vectors.hashes) {
      expect(shortHash(...parts)).toBe(expected);
      expect(expected).toBe(hash(parts.length === 1 ? (parts[0] ?? "") : JSON.stringify(parts)));
    }
    expect(new Set(vectors.hashes.map(({ hash: one }) => one)).size).toBe(vectors.hashes.length);
  });
});

describe("signature vectors", () => {
  const { keys, valid, invalid } = read("signatures", Signatures);

  test.each(valid)("$subject by $team holds", (one) => {
    expect(splitSignature(one.message)).toEqual({ body: one.body, sig: one.sig });
    expect(holds(keys[one.team]?.publicKey, one)).toBe(true);
    // A reader that knows nothing of signatures sees the same event and one more member.
    const [last] = [JSON.parse(one.message)].flat().slice(-1);
    expect(last.sig).toBe(one.sig);
  });

  test("nothing holds after a change", () => {
    expect(invalid.length).toBeGreaterThan(30);
    for (const one of invalid) expect(holds(keys[one.team]?.publicKey, one), `${one.change}: ${one.message}`).toBe(false);
  });
});

test("every schema is a JSON Schema with a name of its own, and fields may be added to what it describes", async () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ["x-armada"], validateFormats: false });
  for (const [path, document] of await documents()) {
    if (path.startsWith("proto/") && !path.startsWith("proto/vectors/")) ajv.addSchema(JSON.parse(document));
    expect(document, path).not.toContain('"additionalProperties": false');
  }
  for (const id of ["envelope:v1", "cli:trace", "journal:run.started:v1", "capability:marketing.promote#/$defs/input"])
    expect(ajv.getSchema(`urn:armada:${id}`), id).toBeTypeOf("function");
});

/** The rule of the vectors' `about`, written again without the product's code. */
function holds(publicKey: string | undefined, { subject, message }: z.infer<typeof Message>): boolean {
  const [, head, sig, tail] = /^(.*),"sig":"([\w-]{86})"\}(\]?)$/su.exec(message) ?? [];
  if (publicKey === undefined || head === undefined || sig === undefined) return false;
  const body = `${head}}${tail}`;
  const last = [JSON.parse(body)].flat().at(-1);
  const signed = `${subject}\n${last.id}\n${createHash("sha256").update(body).digest("base64url")}`;
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: rawKey(publicKey).toString("base64url") }, format: "jwk" });
  return verify(null, Buffer.from(signed), key, Buffer.from(sig, "base64url"));
}

/** Base32 (RFC 4648) of a prefix byte, 32 bytes of key and a checksum. */
function rawKey(nkey: string): Buffer {
  const bits = [...nkey].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => Number.parseInt(byte, 2))).subarray(1, 33);
}
