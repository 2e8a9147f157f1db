import type { Isolation } from "@armada/contracts";
import type { RunView } from "@armada/engine/reading";
import { expect, test } from "vitest";
import type { Looked } from "../health/trouble.ts";
import type { Session } from "../mesh/session.ts";
import { isolated } from "./look.ts";
import { checkPrefix } from "./prefix.ts";
import { shownAsIsolated } from "./shown.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const since = "2026-01-01T11:55:00.000Z";
const until = "2026-01-01T12:05:00.000Z";
const isolation = (prefix: string, over: Partial<Isolation> = {}): readonly [string, Isolation] => [
  prefix,
  { prefix, status: "isolated", since, until, why: "odd notes", by: "ada", revision: 1, ...over },
];
const agent = (name: string) => ({ name, does: "", tier: "worker", limits: {} });
const manifests = new Map([["office", { team: "office", agents: [agent("clerk"), agent("porter")] }]]);

test("a team, and an agent of a team, can be isolated; of anything else the nearest is named", () => {
  expect(["office", "office.clerk"].map((prefix) => checkPrefix(prefix, manifests))).toEqual(["office", "office.clerk"]);
  for (const [prefix, near] of [
    ["ofice", "office"],
    ["office.clark", "office.clerk"],
    ["porter", "office.porter"],
    ["office.clerk.x", "office.clerk"],
  ] as const)
    expect(() => checkPrefix(prefix, manifests)).toThrow(
      expect.objectContaining({ code: "USAGE", hint: `TEAM or TEAM.AGENT; the nearest is ${near}` }),
    );
  expect(() => checkPrefix("office", new Map())).toThrow(expect.objectContaining({ hint: "no team is provisioned here" }));
});

test("health says of what nothing begins, since when, until when, by whom and why; of nothing that is over", () => {
  const all = new Map([
    isolation("office.clerk"),
    isolation("office.porter", { status: "returned" }),
    isolation("shop"),
    isolation("office", { until: "2026-01-01T11:59:59.000Z" }),
  ]);
  const session = { isolations: () => all } as unknown as Session;
  expect(isolated({ session, team: { name: "office" }, now: NOON } as Looked)).toEqual([
    {
      code: "ISOLATED",
      message: `office.clerk is isolated since ${since}, until ${until}, by ada: odd notes`,
      next: "it ends by itself, or with armada isolate --undo office.clerk --why …",
    },
  ]);
});

test("a run says which of its steps, and asks, wait because what they are for is isolated", () => {
  const step = { n: 2, agent: "clerk", status: "requested" };
  const ask = { kind: "ask", n: 4, what: "shop.sell", until };
  const view = { team: "office", run: "r1", status: "running", steps: [step, { ...step, n: 3, agent: "porter" }] } as unknown as RunView;
  const text = `is isolated until ${until} by ada: odd notes`;
  const clerk = new Map([isolation("office.clerk"), isolation("shop")]);
  expect(shownAsIsolated({ ...view, waitingFor: [ask] }, clerk, NOON)).toMatchObject({
    status: "running", // the porter has something to do
    waitingFor: [
      { ...ask, what: `shop.sell: shop ${text}` },
      { kind: "isolation", n: 2, what: `of clerk: office.clerk ${text}`, until },
    ],
  });
  expect(shownAsIsolated(view, new Map([isolation("office")]), NOON)).toMatchObject({
    status: "waiting",
    waitingFor: [{ n: 2 }, { n: 3 }],
  });
  expect(shownAsIsolated(view, clerk, NOON + 300_000)).toBe(view);
  const over = { ...view, endedAt: since };
  expect(shownAsIsolated(over, clerk, NOON)).toBe(over);
});
