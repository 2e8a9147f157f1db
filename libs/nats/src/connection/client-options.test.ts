import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("who connects again does by the key that its file has then, and by the one it has where the file is gone", () => {
  const folder = mkdtempSync(join(tmpdir(), "armada-key-"));
  const file = join(folder, "alpha.nk");
  const [first, second] = [newSeed(), newSeed()];
  const { authenticator } = clientOptions("nats://127.0.0.1:1", { name: "alpha", seed: first, file });
  const keyNow = (): unknown => [authenticator].flat()[0]?.("a nonce");
  writeFileSync(file, first);
  expect(keyNow()).toMatchObject({ nkey: publicKeyOf(first) });
  writeFileSync(file, `${second}\n`);
  expect(keyNow()).toMatchObject({ nkey: publicKeyOf(second) });
  rmSync(folder, { recursive: true });
  expect(keyNow()).toMatchObject({ nkey: publicKeyOf(second) });
});
