import { createUser, fromPublic, fromSeed } from "@nats-io/nkeys";
import { expect, test } from "vitest";
import { newSeed, publicKeyOf, signer, verifier } from "./nkey.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each(Array.from({ length: 20 }, () => createUser()))("a key of the client library is the same here", (pair) => {
  const seed = new TextDecoder().decode(pair.getSeed());
  expect(publicKeyOf(seed)).toBe(pair.getPublicKey());
  const sig = signer(seed)("a text");
  expect(sig).toMatch(/^[A-Za-z0-9_-]{86}$/);
  expect(pair.verify(bytes("a text"), Buffer.from(sig, "base64url"))).toBe(true);
  const theirs = Buffer.from(pair.sign(bytes("another"))).toString("base64url");
  expect(verifier(pair.getPublicKey())("another", theirs)).toBe(true);
  expect(verifier(pair.getPublicKey())("a text", theirs)).toBe(false);
  expect(verifier(createUser().getPublicKey())("another", theirs)).toBe(false);
});

test.each(Array.from({ length: 20 }, newSeed))("a seed made here is one to the client library", (seed) => {
  const pair = fromSeed(bytes(seed));
  expect(publicKeyOf(seed)).toBe(pair.getPublicKey());
  expect(fromPublic(publicKeyOf(seed)).getPublicKey()).toBe(publicKeyOf(seed));
});

test("what is no key of a user is refused", () => {
  const seed = newSeed();
  const publicKey = publicKeyOf(seed);
  expect(() => publicKeyOf("")).toThrow("no nkey");
  expect(() => publicKeyOf(publicKey)).toThrow("no nkey");
  expect(() => verifier(seed)).toThrow("no nkey");
  expect(() => publicKeyOf(seed.slice(0, -1))).toThrow("no nkey");
  expect(() => publicKeyOf(seed.toLowerCase())).toThrow("letters");
  const other = seed[10] === "A" ? "B" : "A";
  expect(() => publicKeyOf(seed.slice(0, 10) + other + seed.slice(11))).toThrow("checksum");
});
