import { setTimeout as sleep } from "node:timers/promises";
import { accessIn } from "@armada/nats";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectAdmitted } from "./connect-admitted.ts";

const READ_AFTER_MS = 2_000;
let mesh: TestMesh;
const warned: string[] = [];
const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };
const about = (team: string) => ({ servers: mesh.url, keys: mesh.keys, team, logger });

beforeAll(async () => {
  mesh = await startTestMesh([{ team: "alpha", queues: [], sources: new Map() }]);
  await accessIn(mesh.keys).ensure(["late", "never"]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

test("a service whose identity the server learns later says what it waits for, and connects", async () => {
  const connecting = connectAdmitted(about("late"));
  connecting.catch(() => undefined);
  await sleep(READ_AFTER_MS);
  const [server] = mesh.servers;
  const teams = ["alpha", "late"].map((team) => ({ team, shares: false, sources: [], asks: [] }));
  await server?.admit(await accessIn(mesh.keys).admission(teams));
  const read = performance.now();
  const ports = await connecting;
  expect(performance.now() - read).toBeLessThan(5_000);
  expect(warned).toEqual([expect.stringMatching(/^late waits: nats-server at .* does not know the key of late; /)]);
  await ports.link.close();
});

test("one that the server never learns of ends with what to do", async () => {
  await expect(connectAdmitted(about("never"), 1_000)).rejects.toMatchObject({
    code: "NOT_ADMITTED",
    message: expect.stringContaining("nats-server --signal reload"),
  });
});

test("who no longer wants to wait does not", async () => {
  const signal = AbortSignal.timeout(1_000);
  await expect(connectAdmitted({ ...about("never"), signal })).rejects.toThrow("aborted due to timeout");
});
