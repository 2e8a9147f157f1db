import { hash } from "node:crypto";
import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsPorts } from "../adapter.ts";
import { startTestMesh, type TestMesh } from "../testing/mesh.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let mesh: TestMesh;
let alpha: NatsPorts;
let beta: NatsPorts;
let gamma: NatsPorts;

beforeAll(async () => {
  const asks = ["beta.help"];
  mesh = await startTestMesh(
    ["alpha", "beta", "gamma"].map((team) => ({ team, queues: [], sources: new Map(), asks: team === "beta" ? [] : asks })),
    { walled: true },
  );
  [alpha, beta, gamma] = await Promise.all([mesh.connect("alpha"), mesh.connect("beta"), mesh.connect("gamma")]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** What a client with gamma's key leaves at beta as its copy of an object. */
async function plant(digest: string, parts: readonly number[], count: string): Promise<void> {
  const h = headers();
  h.set("Armada-Chunks", count);
  for (const part of parts) {
    const answer = await gamma.link.mux.request(`obj.beta.of.gamma.${digest}.${part}`, "x", { headers: h, timeout: 5_000 });
    if ("failed" in answer) throw new Error(answer.failed);
  }
}

const PARTS = Array.from({ length: 1_030 }, (_, i) => i);

test.each([
  ["another body", [0], "1", "OBJECT_CORRUPT"],
  ["with parts missing", [0, 4], "5", "OBJECT_MISSING"],
  ["without a beginning", [7], "8", "OBJECT_MISSING"],
  ["of no number of parts", [0], "many", "OBJECT_MISSING"],
  ["of more parts than a server gives", PARTS, "1030", "OBJECT_CORRUPT"],
] as const)("a copy that is %s is no object, and in the way of no other one's", async (how, parts, count, code) => {
  const body = bytes(`of alpha, ${how}`);
  const digest = hash("sha256", body, "base64url");
  await plant(digest, parts, count);
  await expect(beta.objects.get(digest, "gamma")).rejects.toMatchObject({ code });
  await expect(beta.objects.get(digest)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  await expect(beta.objects.give(digest, "alpha")).resolves.toBeUndefined();
  await alpha.objects.put(body);
  await alpha.objects.give(digest, "beta");
  expect(Buffer.from(await beta.objects.get(digest)).toString()).toBe(`of alpha, ${how}`);
});
