import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import type { Delivery, Handled, Queue } from "@armada/event-sourcing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsPorts } from "../adapter.ts";
import { ACK_WAIT_MS } from "../streams/topology.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const queueOf = (name: string, limit: number): Queue => ({ name, filters: [`run.alpha.do.${name}-a.>`], concurrency: 2, limit });
const patient = queueOf("patient", 60_000);
// A replica at work asks for nothing more: what comes again comes to the other one.
const endless = { ...queueOf("endless", 1_000), concurrency: 1 };
const returned = queueOf("returned", 60_000);

let mesh: TestMesh;
const end = new AbortController();

beforeAll(async () => {
  mesh = await startTestMesh([{ team: "alpha", queues: [patient, endless, returned], sources: new Map() }]);
});
afterAll(async () => {
  end.abort();
  await mesh[Symbol.asyncDispose]();
});

const put = async ({ log }: NatsPorts, { name }: Queue, run = "r"): Promise<void> => {
  const about = {
    specversion: "1.0",
    source: "/teams/alpha",
    type: "armada.run.started",
    subject: run,
    time: "2026-01-01T00:00:00Z",
  } as const;
  const event = {
    ...about,
    id: `${name}-${run}`,
    data: {},
    team: "alpha",
    correlationid: "c",
    causationid: "c",
    schemaversion: 1,
    hops: 0,
  };
  expect(await log.append(`run.alpha.do.${name}-a.${run}.1`, encodeBody([event]))).toMatchObject({ kind: "appended" });
};

const work = (ports: NatsPorts, queue: Queue, handle: (delivery: Delivery) => Promise<Handled>): Delivery[] => {
  const got: Delivery[] = [];
  const handler = (delivery: Delivery): Promise<Handled> => {
    got.push(delivery);
    return handle(delivery);
  };
  void ports.log.work(queue, handler, end.signal);
  return got;
};

/** Holds the event loop of this process, and leaves the processor to others. */
function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("what is at work is kept while the event loop is held", async () => {
  const [slow, idle] = [await mesh.connect("alpha"), await mesh.connect("alpha")];
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const kept = work(slow, patient, () => held.then(() => ({ kind: "done" })));
  await put(slow, patient);
  await expect.poll(() => kept.length).toBe(1);
  const other = work(idle, patient, async () => ({ kind: "done" }));
  await expect.poll(async () => (await idle.log.depth("patient")).workers).toBeGreaterThan(0);
  hold(ACK_WAIT_MS + 4_000);
  await expect.poll(async () => (await idle.log.depth("patient")).workers, { timeout: 10_000 }).toBeGreaterThan(0); // what came meanwhile is read
  expect(other).toEqual([]);
  go();
  await expect.poll(async () => (await idle.log.depth("patient")).unacked).toBe(0);
});

test("beyond its limit a held event loop keeps nothing", async () => {
  const [slow, idle] = [await mesh.connect("alpha"), await mesh.connect("alpha")];
  const first = work(slow, endless, () => new Promise(() => undefined));
  await put(slow, endless, "beyond");
  await expect.poll(() => first.length).toBe(1);
  const other = work(idle, endless, async () => ({ kind: "done" }));
  await expect.poll(async () => (await idle.log.depth("endless")).workers).toBeGreaterThan(0);
  hold(ACK_WAIT_MS + 6_000);
  // Both stand in this process: what came again while it was held may have gone to a connection that was cut meanwhile.
  await expect.poll(() => other[0]?.delivery ?? 0, { timeout: 45_000 }).toBeGreaterThan(1);
  expect(first).toHaveLength(1);
});

test("what is given back comes again not before its delay, though signs of life go on beside it", async () => {
  const ports = await mesh.connect("alpha");
  const began = new Map<string, number>();
  const early: number[] = [];
  work(ports, { ...returned, concurrency: 32 }, async ({ subject, delivery }) => {
    const given = began.get(subject);
    if (given !== undefined && performance.now() - given < 2_900) early.push(performance.now() - given);
    if (delivery > 1) return { kind: "done" };
    await new Promise((resolve) => setTimeout(resolve, Number(subject.split(".").at(-2)?.slice(1)) * 100)); // over two signs of life
    began.set(subject, performance.now());
    return { kind: "retry", after: 3_000 };
  });
  await Promise.all(Array.from({ length: 32 }, (_, i) => put(ports, returned, `r${i}`)));
  await expect.poll(async () => (await ports.log.depth("returned")).unacked, { timeout: 20_000, interval: 500 }).toBe(0);
  expect(began.size).toBe(32);
  expect(early).toEqual([]);
});

test("what a process was begun with, as a preload, is not the thread's: it is none of its work", () => {
  const preload = 'import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("loaded once more");';
  const adapter = JSON.stringify(new URL("../adapter.ts", import.meta.url).href);
  const about = JSON.stringify({ servers: mesh.url, keys: mesh.keys, team: "alpha" });
  const code = `const { connectTeam } = await import(${adapter});
    const said = (message) => console.log(message);
    const { link } = await connectTeam({ ...${about}, logger: { info: () => undefined, warn: said } });
    link.signs();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await link.close();
    console.log("closed");`;
  const folder = mkdtempSync(join(tmpdir(), "armada-signs-"));
  try {
    const main = join(folder, "main.mjs");
    writeFileSync(main, code);
    const args = ["--import", `data:text/javascript,${encodeURIComponent(preload)}`, main];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
    expect([stdout.trim(), stderr]).toEqual(["closed", ""]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
