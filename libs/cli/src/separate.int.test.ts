import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { identitiesOfOneAccount } from "@armada/nats/testing";
import { DEFAULT_FILE } from "@armada/operations/mesh/mesh-file";
import { openSession } from "@armada/operations/mesh/session";
import { afterAll, expect, test } from "vitest";
import { lines } from "./lines.ts";
import { armada, type Ended, place, type Started, says, start } from "./testing/product.ts";

const TEXT = "# Tides\n\nTides rise and fall twice a day in the bay. The tides of the bay reach four metres in spring.";
const brief = (topic: string): string => JSON.stringify({ topic, approval: true, documents: [{ name: "a.md", text: TEXT }] });
const READY_MS = 90_000;

const at = place();
let up: Started;
const run = (...args: string[]): Promise<Ended> => armada(at.folder, [...args, "--json"]);
const begin = async (): Promise<void> => {
  up = start(at.folder, ["up", "--json", "--port", "0"]);
  await says(up, '"type":"ready"', READY_MS);
};
const end = async (): Promise<void> => {
  up.child.kill("SIGTERM");
  await up.ended;
};
afterAll(async () => {
  await end();
  at[Symbol.dispose]();
});

async function statusOf(id: string): Promise<string | undefined> {
  return lines.run.safeParse((await run("runs", "show", id)).lines[0]).data?.status;
}

/** The runs of marketing, each started by the fact of an article. */
async function promotions(): Promise<readonly string[]> {
  const { lines: rows } = await run("runs", "list", "--team", "marketing");
  return rows.map((row) => String((row as { status?: unknown }).status)).sort();
}

/** Starts a run whose brief names a document of the operator's objects; nobody has taken it up when the mesh is killed. */
async function killedWithDigest(id: string): Promise<void> {
  const session = await openSession(join(at.folder, DEFAULT_FILE), () => undefined);
  const digest = await session.objects.put(Buffer.from(TEXT));
  const [pid = 0] = session.mesh?.pids.content ?? [];
  await session.close();
  process.kill(pid, "SIGSTOP");
  const input = JSON.stringify({ topic: "tides", documents: [{ name: "a.md", digest }] });
  expect((await run("run", "content.create_article", "--input", input, "--key", id)).code).toBe(0);
  up.child.kill("SIGKILL");
  process.kill(pid, "SIGKILL");
  await up.ended;
}

test("a folder of one account goes on in accounts: what waits is approved, and each fact starts one run, what was sent has its bodies", async () => {
  await identitiesOfOneAccount(join(at.folder, ".armada/keys"), ["operator"]);
  await begin();
  expect(up.said()).toContain("`armada separate` gives each its own");
  for (const id of ["before", "after"]) {
    expect((await run("run", "content.create_article", "--input", brief("tides"), "--key", id)).code).toBe(0);
    await expect.poll(() => statusOf(id), { timeout: READY_MS }).toBe("waiting");
  }
  await run("runs", "approve", "before");
  await expect.poll(promotions, { timeout: READY_MS }).toEqual(["completed"]);
  expect((await run("separate")).lines).toMatchObject([{ code: "MESH_RUNNING" }]);
  await killedWithDigest("unread");

  const free = (): Promise<Ended> => run("separate");
  let separated = await free();
  for (let tries = 0; separated.stdout.includes("MESH_RUNNING") && tries < 30; tries++) separated = await free(); // its server ends by itself
  expect(separated.code, separated.stdout + separated.stderr).toBe(0);
  expect(lines.separated.parse(separated.lines[0]).streams).toContain("TEAM_content");
  expect(await readdir(join(at.folder, ".armada/data/jetstream/content/streams"))).toContain("TEAM_content");
  expect(lines.separated.parse((await run("separate")).lines[0]).streams).toEqual([]);

  await begin();
  expect(up.said()).not.toContain("armada separate");
  expect(await statusOf("after")).toBe("waiting");
  await run("runs", "approve", "after");
  await expect.poll(() => statusOf("unread"), { timeout: READY_MS }).toBe("completed");
  await expect.poll(promotions, { timeout: READY_MS }).toEqual(["completed", "completed", "completed"]);
  expect([await statusOf("before"), await statusOf("after")]).toEqual(["completed", "completed"]);
  expect((await run("health")).code).toBe(0);
  const { lines: rows } = await run("doctor");
  expect(rows.filter((row) => (row as { ok?: boolean }).ok === false)).toEqual([]);
}, 400_000);
