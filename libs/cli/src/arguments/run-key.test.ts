import { team, workflow } from "@armada/agents";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { ask } from "@armada/operations/mesh/ask";
import { stateOf } from "@armada/operations/mesh/session";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { checkKey, runOfKey } from "./run-key.ts";

const own = (name: string) => workflow({ name, version: 1, input: z.object({}), output: z.unknown(), run: async () => name });
let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "desk", workflows: [own("buy"), own("sell")] }));
});
afterAll(() => session.stop());

test("a key of another workflow is refused by its name, and the same workflow's is the same run", async () => {
  await session.ask("desk", "run_start", "k1", { workflow: "buy", input: {} });
  await expect.poll(async () => (await session.state("desk", "k1")).ended?.status).toBe("completed");
  const check = (name: string, key: string) => checkKey(session, { team: "desk", workflow: name, run: runOfKey(name, key), key });
  expect(await check("buy", "k1")).toBe(true);
  expect(await check("sell", "k2")).toBe(false);
  await expect(check("sell", "k1")).rejects.toMatchObject({
    code: "KEY_TAKEN",
    message: "the key k1 is that of the run k1 of desk.buy",
  });
});

test("so is one whose run has not been taken up, and one that somebody else asked for", async () => {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  mesh.provision("shop", [], new Map());
  const log = (name: string) => mesh.connect(name).log;
  const waiting = { log, state: (name: string, id: string) => stateOf(log(name), name, id) };
  await ask(mesh.connect("operator"), "shop", "run_start", "k1", { workflow: "buy", input: {} });
  await ask(mesh.connect("operator"), "shop", "run_cancel", "k2", { run: "k1" });
  const check = (name: string, run: string) => checkKey(waiting, { team: "shop", workflow: name, run, key: run });
  await check("buy", "k1");
  await check("sell", "k2");
  await expect(check("sell", "k1")).rejects.toMatchObject({ code: "KEY_TAKEN", message: expect.stringContaining("shop.buy") });
});

test("an empty key is refused, and no key is a new run", () => {
  expect(() => runOfKey("buy", "")).toThrow(expect.objectContaining({ code: "USAGE", message: "--key is empty" }));
  expect(runOfKey("buy", undefined)).toMatch(/^buy-\w{8}$/);
});
