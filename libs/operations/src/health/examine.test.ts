import { team, workflow } from "@armada/agents";
import type { TeamManifest } from "@armada/contracts";
import { readRun, viewOf } from "@armada/engine/reading";
import type { Log } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { z } from "zod";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
import { examine } from "./examine.ts";
import type { Finding, Looked } from "./trouble.ts";

/** A stream of six messages: one that is taken, three of teams without a key, the others forged. */
const log: Pick<Log, "head" | "scan"> = {
  head: async () => 6,
  scan: async (_filters, _from, handler, keyless) => {
    handler({ subject: "evt.desk.reply.sent.t.1", seq: 1, body: "", time: 0, envelopes: [] });
    for (const writer of ["ghost", "late", "ghost"]) keyless?.(writer);
    return 6;
  },
};

test("an open run whose workflow was edited since is not well, whether its code is here or the fleet tells it", async () => {
  const state = { ...readRun([]), workflow: "send", version: 1, source: "before" };
  const open = async () => ({ runs: [{ view: viewOf("desk", "r1", state), state }], unread: [], others: 0 });
  const session = {
    log: () => ({ ...log, scan: async () => 0, head: async () => 0 }),
    runs: async () => ({ behind: 0 }),
  } as unknown as Session;
  const send = workflow({ name: "send", version: 1, input: z.object({}), output: z.unknown(), run: async () => null });
  const none = { events: [], external: [], capabilities: [], asks: [], sources: [], subscriptions: [], agents: [], queues: [] };
  const manifest = (source: string): TeamManifest => ({
    ...none,
    team: "desk",
    shares: false,
    code: "",
    workflows: [{ name: "send", version: 1, source }],
  });
  const edited = async (team: Partial<MeshTeam>): Promise<Finding[]> =>
    (await examine({ session, team: { name: "desk", ...team }, queues: [], open, now: 0 })).filter(({ name }) => name === "desk: r1");
  for (const of of [{ manifest: manifest("now") }, { definition: team({ name: "desk", workflows: [send] }) }])
    expect(await edited(of)).toMatchObject([{ ok: false, value: expect.stringContaining("send v1 was edited"), next: expect.any(String) }]);
  for (const of of [{ manifest: manifest("before") }, {}]) expect(await edited(of)).toEqual([]);
});

test("what is of a team without a key is no forgery, and is shown apart", async () => {
  const session = { log: () => log, runs: async () => ({ behind: 0 }) } as unknown as Session;
  const about: Looked = { session, team: { name: "desk" }, queues: [], open: async () => Promise.reject(new Error("not asked")), now: 0 };
  expect((await examine(about)).map(({ name, value, ok }) => [name, value, ok])).toEqual([
    ["desk: messages", 6, true],
    ["desk: forged, not taken", 2, false],
    ["desk: of unknown teams, not taken", "3, by ghost, late", false],
  ]);
});
