import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "./project.ts";
import { armada, type Ended, place, type Started, says, start } from "./testing/product.ts";

const READY_MS = 90_000;
const TEAM = join(projectRoot, "acceptance/teams/answerer");

const here = place();
const there = place();
const meshes: Started[] = [];
afterAll(async () => {
  await Promise.all(meshes.map(end));
  for (const at of [here, there]) at[Symbol.dispose]();
});

async function up(folder: string): Promise<Started> {
  const started = start(folder, ["up", "--json", "--port", "0", "--only", "gateway"]);
  meshes.push(started);
  await says(started, '"type":"ready"', READY_MS);
  return started;
}

async function end({ child, ended }: Started): Promise<void> {
  child.kill("SIGTERM");
  await ended;
}

async function well(run: Promise<Ended>): Promise<void> {
  const { code, stdout, stderr } = await run;
  expect(code, stdout + stderr).toBe(0);
}

test("a team is restored where nothing is known of it: on a mesh that runs, and on one that does not", async () => {
  const backup = join(here.folder, "answerer.tar");
  const first = await up(here.folder);
  await well(armada(here.folder, ["provision", "--team", TEAM]));
  await well(armada(here.folder, ["remove", "team", "answerer", "--keep", backup]));
  await end(first);
  await rm(join(here.folder, ".armada"), { recursive: true });
  await well(armada(here.folder, ["restore", "team", "answerer", "--from", backup]));

  await up(there.folder);
  await well(armada(there.folder, ["restore", "team", "answerer", "--from", backup]));
  await well(armada(there.folder, ["provision", "--team", TEAM]));
}, 240_000);
