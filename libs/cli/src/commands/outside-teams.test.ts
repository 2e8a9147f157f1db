import type { TeamManifest } from "@armada/contracts";
import { expect, test } from "vitest";
import { refuseWanted, wantsOf } from "./remove-team.ts";
import { checkStart } from "./run.ts";

const manifest = (team: string, more: Partial<TeamManifest>): TeamManifest => ({
  ...{ events: [], external: [], capabilities: [], sources: [], subscriptions: [], agents: [], queues: [], workflows: [], asks: [] },
  ...{ team, shares: false, code: "1", ...more },
});

test("a team that others need is refused with all of them, wherever their code is", () => {
  const here = [{ team: "content", asks: ["risk.check"], sources: [] }];
  const fleet = [manifest("content", {}), manifest("desk", { asks: ["risk.check"] }), manifest("risk", { asks: ["risk.check"] })];
  expect(() => refuseWanted("risk", wantsOf(here, fleet))).toThrow("other teams need risk: content asks risk.check; desk asks risk.check");
  refuseWanted("desk", wantsOf(here, fleet));
});

test("a start at a team that is not there names those that are, wherever their code is", async () => {
  const manifests = () => new Map([["incidents", manifest("incidents", {})]]);
  await expect(checkStart({ manifests }, "incident", "handle", {})).rejects.toMatchObject({
    code: "NO_SUCH_TEAM",
    hint: expect.stringMatching(/content.*incidents/),
  });
});
