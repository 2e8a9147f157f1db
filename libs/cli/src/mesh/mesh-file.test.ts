import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, latestWritten, type MeshFile, readMesh, writeMesh } from "@armada/operations/mesh/mesh-file";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockData } from "./data-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-mesh-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** No process has it: above what Linux and macOS give. */
const NOBODY = 2 ** 30;
const mesh: MeshFile = { layout: 1, pid: process.pid, nats: "nats://127.0.0.1:4222", data: "d", keys: "k", pids: { content: [1] } };

test("the mesh file comes back as it was, for its owner's eyes only", async () => {
  const path = join(folder, "sub/mesh.json");
  expect(await readMesh(path)).toBeUndefined();
  await writeMesh(path, mesh);
  await writeMesh(path, { ...mesh, gateway: "http://127.0.0.1:4780" });
  expect(await readMesh(path)).toEqual({ ...mesh, gateway: "http://127.0.0.1:4780" });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a folder that is copied has no mesh, one that is moved has its own", async () => {
  await writeMesh(join(folder, "one/mesh.json"), mesh);
  cpSync(join(folder, "one"), join(folder, "copy"), { recursive: true });
  expect(await readMesh(join(folder, "copy/mesh.json"))).toBeUndefined();
  renameSync(join(folder, "one"), join(folder, "moved"));
  expect(await readMesh(join(folder, "moved/mesh.json"))).toEqual(mesh);
});

test.each(["", "{", "[]", '{"layout":2,"pid":1}', "null"])("%j is no mesh file", async (text) => {
  const path = join(folder, "mesh.json");
  writeFileSync(path, text);
  await expect(readMesh(path)).rejects.toMatchObject({ code: "BAD_MESH_FILE", hint: expect.stringContaining("delete it") });
});

test("a process is alive or not", () => {
  expect([isAlive(process.pid), isAlive(NOBODY)]).toEqual([true, false]);
});

test("a folder of streams has one mesh at a time", async () => {
  const lock = await lockData(folder);
  lock.serverIs(NOBODY);
  await expect(lockData(folder)).rejects.toMatchObject({ code: "MESH_RUNNING", message: expect.stringContaining(`pid ${process.pid}`) });
  lock.release();
  (await lockData(folder)).release();
});

test.each([JSON.stringify({ pid: process.pid, nats: process.pid }), JSON.stringify({ pid: NOBODY }), "", "{"])(
  "what stands in a file that nobody has locked (%j) counts for nothing",
  async (text) => {
    writeFileSync(join(folder, "up.json"), text);
    const lock = await lockData(folder);
    expect(JSON.parse(readFileSync(join(folder, "up.json"), "utf8"))).toEqual({ pid: process.pid });
    lock.release();
  },
);

test("a mesh file for which there is no room is written once there is some", async () => {
  let room = false;
  let tries = 0;
  let stored = 0;
  const writing = latestWritten(async () => {
    tries++;
    if (!room) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    stored++;
  }, new AbortController().signal);
  writing.changed();
  await writing.written();
  expect([tries, stored]).toEqual([1, 0]);
  room = true;
  await expect.poll(() => stored).toBe(1);
  const refused = latestWritten(() => Promise.reject(Object.assign(new Error("no"), { code: "EACCES" })), new AbortController().signal);
  refused.changed();
  await expect(refused.written()).rejects.toMatchObject({ code: "EACCES" });
});
