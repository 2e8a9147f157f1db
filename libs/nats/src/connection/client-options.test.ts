import { fromPublic } from "@nats-io/nkeys";
import { expect, test } from "vitest";
import { newSeed, publicKeyOf } from "../identity/nkey.ts";
import { clientOptions } from "./client-options.ts";

test("a client proves who it is by a signature of the server's nonce", () => {
  const seed = newSeed();
  const { authenticator } = clientOptions("nats://127.0.0.1:1", { name: "alpha", seed });
  const auth = [authenticator].flat()[0]?.("a nonce");
  expect(auth).toEqual({ nkey: publicKeyOf(seed), sig: expect.any(String) });
  const { sig } = auth as { sig: string };
  expect(fromPublic(publicKeyOf(seed)).verify(new TextEncoder().encode("a nonce"), Buffer.from(sig, "base64url"))).toBe(true);
});
