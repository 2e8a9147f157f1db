import type { TeamManifest } from "@armada/contracts";
import type { Session } from "@armada/operations/mesh/session";
import { expect, test } from "vitest";
import { printer } from "../testing/printer.ts";
import { healthCommand } from "./health.ts";

test("a team that the fleet knows of and whose stream was taken away is named, and nothing is well", async () => {
  const session: Pick<Session, "teams" | "manifests"> = {
    teams: async () => [],
    manifests: () => new Map([["lab", { team: "lab" } as TeamManifest]]),
  };
  const out = printer();
  expect(await healthCommand(session as Session, out)).toBe(1);
  expect(out.said.join("\n")).toContain("the stream TEAM_lab is not there (STREAM_MISSING)");
});
