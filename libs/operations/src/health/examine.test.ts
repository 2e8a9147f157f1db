import type { Log } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import type { Session } from "../mesh/session.ts";
import { examine } from "./examine.ts";
import type { Looked } from "./trouble.ts";

/** A stream of six messages: one that is taken, three of teams without a key, the others forged. */
const log: Pick<Log, "head" | "scan"> = {
  head: async () => 6,
  scan: async (_filters, _from, handler, keyless) => {
    handler({ subject: "evt.desk.reply.sent.t.1", seq: 1, body: "", time: 0, envelopes: [] });
    for (const writer of ["ghost", "late", "ghost"]) keyless?.(writer);
    return 6;
  },
};

test("what is of a team without a key is no forgery, and is shown apart", async () => {
  const session = { log: () => log, runs: async () => ({ behind: 0 }) } as unknown as Session;
  const about: Looked = { session, team: { name: "desk" }, queues: [], open: async () => Promise.reject(new Error("not asked")), now: 0 };
  expect((await examine(about)).map(({ name, value, ok }) => [name, value, ok])).toEqual([
    ["desk: messages", 6, true],
    ["desk: forged, not taken", 2, false],
    ["desk: of unknown teams, not taken", "3, by ghost, late", false],
  ]);
});
