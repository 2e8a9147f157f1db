import { ArmadaError, type TeamManifest } from "@armada/contracts";
import type { Session } from "@armada/operations/mesh/session";
import { expect, test } from "vitest";
import { printer } from "../testing/printer.ts";
import { healthCommand, watchHealth } from "./health.ts";

test("a team that the fleet knows of and whose stream was taken away is named, and nothing is well", async () => {
  const session: Pick<Session, "teams" | "manifests"> = {
    teams: async () => [],
    manifests: () => new Map([["lab", { team: "lab" } as TeamManifest]]),
  };
  const out = printer();
  expect(await healthCommand(session as Session, out)).toBe(1);
  expect(out.said.join("\n")).toContain("the stream TEAM_lab is not there (STREAM_MISSING)");
});

test("who watches sees a team again once something about it changes, and is told where the mesh does not answer", async () => {
  const lost = new ArmadaError("LOG_UNAVAILABLE", "nats-server did not answer", { retryable: true });
  const answers = [new Map([["lab", 1]]), new Map([["lab", 1]]), lost, new Map<string, number>()];
  const over = new AbortController();
  const session: Pick<Session, "teams" | "manifests"> = {
    teams: async () => [],
    manifests: () => {
      const answer = answers.shift();
      if (answers.length === 0) over.abort();
      if (answer instanceof Error) throw answer;
      return new Map([...(answer ?? new Map<string, number>())].map(([team]) => [team, { team } as TeamManifest]));
    },
  };
  const out = printer();
  expect(await watchHealth(session as Session, out, over.signal, 1)).toBe(0);
  expect(out.said.filter((line) => line.includes("✗"))).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d {2}✗ {2}lab/)]);
  expect(out.said).toContain("nats-server did not answer; looking again");
});
