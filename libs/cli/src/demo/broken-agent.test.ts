import { agent, team } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { agentCalled } from "./broken-agent.ts";
import { failingEnd } from "./failing-end.ts";

const named = (name: string) => agent({ name, does: "", tier: "worker", input: z.object({}), output: z.object({}), run: () => ({}) });
const teams = [
  team({ name: "news", agents: [named("writer"), named("painter")] }),
  team({ name: "mail", agents: [named("writer")] }),
  team({ name: "gateway" }),
];

test("an agent is found by its name, with its team's where another has it too", () => {
  expect(agentCalled("painter", teams)).toMatchObject({ team: "news", agent: { name: "painter" } });
  expect(agentCalled("mail.writer", teams)).toMatchObject({ team: "mail", agent: { name: "writer" } });
});

test.each([
  ["drummer", "no agent is called drummer", "there are news.writer, news.painter, mail.writer"],
  ["writer", "several agents are called writer", "say which: news.writer, mail.writer"],
  ["mail.painter", "no agent is called mail.painter", "there are news.writer, news.painter, mail.writer"],
])("%s is refused, and those that there are are named", (name, message, hint) => {
  expect(() => agentCalled(name, teams)).toThrow(expect.objectContaining({ code: "USAGE", message, hint }));
});

test("the end fails until it is mended, and tells who called", async () => {
  const told: unknown[] = [];
  await using end = await failingEnd((call) => told.push(call));
  const ask = async (call: string): Promise<number> =>
    (await fetch(end.url, { method: "POST", body: JSON.stringify({ call, attempt: 1 }) })).status;
  expect(await ask("r-1")).toBe(503);
  end.mended = true;
  expect(await ask("r-2")).toBe(204);
  expect(told).toMatchObject([
    { call: "r-1", attempt: 1, ok: false },
    { call: "r-2", attempt: 1, ok: true },
  ]);
  expect(end.calls).toEqual(told);
});
