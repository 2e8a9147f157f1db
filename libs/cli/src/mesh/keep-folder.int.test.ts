import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { armada, place, says, start } from "../testing/product.ts";
import { lockData } from "./data-lock.ts";
import { tryLockFile } from "./file-lock.ts";
import { keepFolder, watchFolder } from "./keep-folder.ts";

test("a folder that is gone, emptied, or put back is told by what is another one there, once", () => {
  using at = place();
  const folder = join(at.folder, "data");
  const streams = join(folder, "jetstream/alpha/streams");
  let accounts = ["alpha"];
  mkdirSync(folder);
  const look = watchFolder(folder, () => accounts);
  expect(look()).toBeUndefined();
  mkdirSync(streams, { recursive: true });
  expect([look(), look()]).toEqual([undefined, undefined]); // what a server makes is no loss
  mkdirSync(join(streams, "TEAM_alpha"));
  rmSync(join(streams, "TEAM_alpha"), { recursive: true });
  expect(look()).toBeUndefined(); // a stream that is deleted is not either
  accounts = [];
  rmSync(join(folder, "jetstream/alpha"), { recursive: true });
  expect(look()).toBeUndefined(); // nor is a team that was removed
  accounts = ["alpha"];
  mkdirSync(streams, { recursive: true });
  expect(look()).toBeUndefined();
  cpSync(folder, `${folder}.old`, { recursive: true });
  rmSync(streams, { recursive: true });
  expect([look(), look()]).toEqual([`${streams} is gone`, undefined]);
  renameSync(folder, `${folder}.new`);
  renameSync(`${folder}.old`, folder);
  expect(look()).toBe(`${join(folder, "")} is another one`);
});

test("a lock is taken again on a folder that is another one, and only there", async () => {
  using at = place();
  const folder = join(at.folder, "data");
  const lock = await lockData(folder);
  const { file } = lock;
  await lock.again();
  expect(lock.file).toBe(file);
  rmSync(folder, { recursive: true });
  await lock.again();
  expect(existsSync(join(folder, "up.json"))).toBe(true);
  expect(tryLockFile(join(folder, "up.json"))).toBeUndefined();
  lock.release();
});

test("while the server cannot be started again, why is said once, and again where it is another reason", async () => {
  using at = place();
  const folder = join(at.folder, "data");
  mkdirSync(folder);
  const reasons = ["no room", "no room", "no program"];
  const lines: string[] = [];
  const end = new AbortController();
  const restart = async (): Promise<void> => {
    const why = reasons.shift();
    if (why !== undefined) throw new Error(why);
    end.abort();
  };
  const kept = keepFolder(
    folder,
    () => [],
    restart,
    (line) => lines.push(line),
    end.signal,
  );
  rmSync(folder, { recursive: true });
  await kept;
  expect(lines).toEqual([
    expect.stringContaining("is gone"),
    `nats-server is not started again on ${folder}: no room`,
    `nats-server is not started again on ${folder}: no program`,
  ]);
});

test("what is accepted after the folder was taken away under a mesh is on the disk soon", async () => {
  using at = place();
  const mesh = start(at.folder, ["up", "--port", "0", "--only", "content,gateway"]);
  try {
    await says(mesh, "Ctrl-C ends it");
    rmSync(join(at.folder, ".armada/data"), { recursive: true });
    await says(mesh, /is (?:gone|another one): what was accepted since is not kept/, 10_000);
    const stored = join(at.folder, ".armada/data/jetstream/gateway/streams/TEAM_gateway");
    await expect.poll(() => existsSync(stored), { timeout: 30_000, interval: 100 }).toBe(true);
    const health = async (): Promise<number | null> => (await armada(at.folder, ["health"])).code;
    await expect.poll(health, { timeout: 60_000, interval: 500 }).toBe(0);
  } finally {
    mesh.child.kill("SIGINT");
    await mesh.ended;
  }
}, 120_000);
