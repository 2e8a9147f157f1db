import fc from "fast-check";
import { expect, test } from "vitest";
import { buildEnvelope, chainOf } from "../build-envelope.ts";
import { decodeBody, encodeBody } from "../envelope.ts";
import { bytesWithoutSecrets, knowSecrets, textWithoutSecrets } from "./known.ts";
import { redactIn, redactorOf } from "./redactor.ts";
import { HIDDEN } from "./shapes.ts";

const SECRET = 'p4ss "word"/+\\\n&ü';
const { values, all, holds, pending } = redactorOf([SECRET, "canary-0123456789", "", "ab", "password", "x1"]);

test.each([
  ["as it is", (text: string) => text],
  ["in JSON", (text: string) => JSON.stringify({ text })],
  ["in JSON within JSON", (text: string) => JSON.stringify(JSON.stringify({ text }))],
  ["in an address", (text: string) => `/?key=${encodeURIComponent(text)}`],
  ["in an address, small", (text: string) => `/?key=${encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase())}`],
  ["in a form", (text: string) => new URLSearchParams({ text }).toString()],
  ["in basic authentication", (text: string) => `Basic ${Buffer.from(`someone:${text}`).toString("base64")}`],
  ["in base64url", (text: string) => Buffer.from(`:${text}!`).toString("base64url")],
  ["in hexadecimal", (text: string) => Buffer.from(text).toString("hex")],
])("a secret is struck %s", (_, write) => {
  const text = `before ${write("canary-0123456789")} after`;
  expect(holds(text)).toBe(true);
  expect(values(text)).toContain(HIDDEN);
  expect(values(text)).toMatch(/^before .*after$/s);
  expect(values(write("canary-0123456789"))).not.toMatch(/canary-0|0123456789/);
});

test("base64 and escapes do not hide a value, wherever in what is encoded it stands", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ unit: "grapheme", minLength: 8 }), (before, after, secret) => {
      fc.pre(!/^[A-Za-z]*$/.test(secret) && !HIDDEN.includes(secret));
      const { values: strike } = redactorOf([secret]);
      const encoded = Buffer.from(`${before}${secret}${after}`).toString("base64");
      expect(strike(encoded)).not.toBe(encoded);
      const json = JSON.stringify(`${before}${secret}`);
      expect(strike(json)).not.toBe(json);
    }),
  );
});

test("values too short to be told from words strike nothing", () => {
  const text = "ab is the password of x1, and so on";
  expect(values(text)).toBe(text);
});

const long = "Zm9v0123456789abcdefABCDEF0123456789";
test.each([
  ["sk", "ant", `api03-${long}`].join("-"),
  ["sk", "proj", long].join("-"),
  `ghp_${long}`,
  ["xoxb", "1234567890", long].join("-"),
  `AKIA${"ABCDEFGH23456789"}`,
  `AIza${long}`,
  `hf_${long}`,
  `glpat-${long}`,
  ["sk", "live", long].join("_"),
  `eyJ${long}.eyJ${long}.${long}`,
  `SU${"A2".repeat(28)}`,
  `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${long}\n-----END RSA ${"PRIVATE"} KEY-----`,
])("a key is told by its shape: %s", (key) => {
  const text = all(`401: the key '${key}' is not valid.`);
  expect(text).toBe(`401: the key '${HIDDEN}' is not valid.`);
  expect(all(`line\n${key}`)).not.toContain(long);
});

test.each([
  ["Authorization: Bearer abc123def456", `Authorization: Bearer ${HIDDEN}`],
  ["x-api-key: abcdef-12345", `x-api-key: ${HIDDEN}`],
  ['{"access_token":"abcdef12345","a":1}', `{"access_token":"${HIDDEN}","a":1}`],
  ["postgres://me:hunter22@db/x failed", `postgres://me:${HIDDEN}@db/x failed`],
])("what is said to be a secret is struck: %s", (text, struck) => {
  expect(all(text)).toBe(struck);
});

test.each([
  "Unexpected token: identifier, near line 12",
  "Basic information is missing; Bearer authentication failed",
  "risk-averse sk-learning of inputTokens: 123456789 and max_tokens: 12345678",
  "see https://example.com:8080/a@b and 01JABCDEF0123456789 in content-1f3a9c",
  "the key refers to nothing",
])("an ordinary text stays as it is: %s", (text) => {
  expect(all(text)).toBe(text);
});

test.each(['{"workflow": SUQWERTY} and more', "SUQWERTY", '["SUQWERTY]x', '{"a": "b" SUQWERTY}'])(
  "what Node quotes of a text that is no JSON is left out: %s",
  (text) => {
    try {
      JSON.parse(text);
    } catch (error) {
      expect(all(`it failed: ${String(error)}`)).toMatch(/^it failed: SyntaxError: [^"]*$/);
    }
    expect.assertions(1);
  },
);

test("a long text takes no longer than its length", () => {
  for (const part of [
    "a.",
    "sk-",
    "sk-a-",
    "eyJ-",
    "eyJaaaaaaaa.",
    "SG.",
    "xoxb-",
    "token=",
    "a://b:",
    "-----BEGIN PRIVATE KEY-----",
    "Bearer ",
  ]) {
    const began = performance.now();
    all(part.repeat(200_000 / part.length));
    expect(performance.now() - began).toBeLessThan(1_500);
  }
});

test("a value is struck at any depth, and what has none stays the same value", () => {
  const plain = { a: [1, { b: "c" }], d: null };
  expect(redactIn(plain, values)).toBe(plain);
  expect(redactIn({ a: [{ "canary-0123456789": "x", b: "<canary-0123456789>" }], c: 1 }, values)).toEqual({
    a: [{ [HIDDEN]: "x", b: `<${HIDDEN}>` }],
    c: 1,
  });
});

test("the beginning of a secret at a text's end is told", () => {
  expect(pending("it is canary-01")).toBe("canary-01".length);
  expect(pending("it is canary-0x")).toBe(0);
});

test("a message's data has no secret of the process, and stays JSON", () => {
  using _ = knowSecrets(["nota-canary-0123"]);
  const envelope = buildEnvelope(
    {
      id: "1",
      type: "t",
      subject: "s",
      time: "2026-01-01T00:00:00Z",
      data: { text: "a\nota-canary-0123", b: "nota-canary-0123" },
      team: "a",
    },
    chainOf("1"),
  );
  expect(decodeBody(encodeBody([envelope]))?.[0]?.data).toEqual({ text: "a\nota-canary-0123", b: "[hidden]" });
  expect(textWithoutSecrets('{"a":"nota-canary-0123"}')).toBe('{"a":"[hidden]"}');
  expect(textWithoutSecrets("a nota-canary-0123")).toBe("a [hidden]");
  expect(Buffer.from(bytesWithoutSecrets(Buffer.from("\u00ff nota-canary-0123"))).toString()).toBe("\u00ff [hidden]");
});
