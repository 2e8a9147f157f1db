import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, readMesh } from "@armada/operations/mesh/mesh-file";
import { type ExpectStatic, test } from "vitest";
import { place, type Started, says, start } from "../testing/product.ts";
import { lockData } from "./data-lock.ts";
import { tryLockFile } from "./file-lock.ts";

/** Everything that `up` started, and how it ends. */
async function familyEnds(expect: ExpectStatic, folder: string, end: (up: number) => void): Promise<number> {
  const mesh = await readMesh(join(folder, ".armada/mesh.json"));
  const pids = Object.values(mesh?.pids ?? {}).flat();
  expect(pids).toHaveLength(3);
  const began = performance.now();
  end(mesh?.pid ?? 0);
  await expect.poll(() => [mesh?.pid ?? 0, ...pids].filter(isAlive), { interval: 50 }).toEqual([]);
  return performance.now() - began;
}

async function running(folder: string): Promise<Started> {
  const up = start(folder, ["up", "--json", "--port", "0", "--only", "content,gateway"]);
  await says(up, '"type":"ready"');
  return up;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  test.concurrent(`at ${signal} the whole family ends`, async ({ expect }) => {
    using at = place();
    const up = await running(at.folder);
    expect(await familyEnds(expect, at.folder, (pid) => process.kill(pid, signal))).toBeLessThan(10_000);
    expect((await up.ended).code).toBe(0);
  });

test.concurrent("a signal that comes by two ways is one", async ({ expect }) => {
  using at = place();
  const up = await running(at.folder);
  up.child.kill("SIGINT");
  up.child.kill("SIGTERM");
  expect((await up.ended).code).toBe(0);
});

test.concurrent("after kill -9 of `up` its services and its server end within 10 s", async ({ expect }) => {
  using at = place();
  await running(at.folder);
  expect(await familyEnds(expect, at.folder, (pid) => process.kill(pid, "SIGKILL"))).toBeLessThan(10_000);
});

test.concurrent("`up` goes on where what it says finds no room", async ({ expect }) => {
  using at = place();
  const full = openSync("/dev/full", "w");
  const up = spawn(process.execPath, [main, ...ARGS.split(" ")], { cwd: at.folder, stdio: ["ignore", full, full] });
  closeSync(full);
  const file = join(at.folder, ".armada/mesh.json");
  await expect.poll(() => existsSync(file) && readFileSync(file, "utf8")).toMatch(/"gateway": "http/);
  const [content] = (await readMesh(file))?.pids.content ?? [];
  process.kill(content ?? 0, "SIGKILL"); // which it says
  await expect.poll(async () => (await readMesh(file))?.restarts?.content).toBe(1);
  expect(up.exitCode).toBeNull();
  await familyEnds(expect, at.folder, (pid) => process.kill(pid, "SIGTERM"));
});

const ARGS = "up --port 0 --only content,gateway";
const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const launcher = fileURLToPath(new URL("../../../../infra/bootstrap/armada.mjs", import.meta.url));

test.concurrent.for([
  ["its parent", "sh", ["-c", `"$0" "$1" ${ARGS} & wait`, process.execPath, main]],
  // As npm starts a program: under a shell, which outlives it.
  [
    "npm",
    process.execPath,
    ["-e", `child_process.spawnSync("sh", ["-c", '"$0" "$1" ${ARGS}; exit', ...process.argv.slice(1)])`, process.execPath, launcher],
  ],
] as const)("the family ends when %s is killed", async ([, program, args], { expect }) => {
  using at = place();
  const parent = spawn(program, args, { cwd: at.folder, stdio: "ignore", env: { ...process.env, npm_lifecycle_event: "npx" } });
  const file = join(at.folder, ".armada/mesh.json");
  await expect.poll(() => existsSync(file) && readFileSync(file, "utf8")).toMatch(/"gateway": "http/);
  expect(await familyEnds(expect, at.folder, () => parent.kill("SIGKILL"))).toBeLessThan(12_000);
});

test.concurrent("the folder stays locked as long as a server that inherited its lock lives, and the next start ends that one", async ({
  expect,
}) => {
  using at = place();
  const { folder } = at;
  const lock = await lockData(folder);
  const server = spawn("sh", ["-c", 'trap "" TERM; read -r _', folder], { stdio: ["pipe", "ignore", "ignore", lock.file] });
  const gone = new Promise((resolve) => server.once("exit", (_, signal) => resolve(signal)));
  lock.release();
  expect(tryLockFile(join(folder, "up.json"))).toBeUndefined();
  writeFileSync(join(folder, "up.json"), JSON.stringify({ pid: 2 ** 30, nats: server.pid }));
  (await lockData(folder)).release();
  expect(await gone).toBe("SIGKILL"); // it did not hear SIGTERM
});
