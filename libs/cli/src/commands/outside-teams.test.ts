import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TeamManifest } from "@armada/contracts";
import { expect, onTestFinished, test } from "vitest";
import { hintOf, productRoot } from "../project.ts";
import { refuseWanted, wantsOf } from "./remove-team.ts";
import { checkStart } from "./run.ts";

const manifest = (team: string, more: Partial<TeamManifest>): TeamManifest => ({
  ...{ events: [], external: [], capabilities: [], sources: [], subscriptions: [], agents: [], queues: [], workflows: [], asks: [] },
  ...{ team, shares: false, code: "1", ...more },
});

test("a team that others need is refused with all of them, wherever their code is", () => {
  const here = [{ team: "content", asks: ["risk.check"], sources: [] }];
  const fleet = [manifest("content", {}), manifest("desk", { asks: ["risk.check"] }), manifest("risk", { asks: ["risk.check"] })];
  const refused = expect.objectContaining({
    message: "other teams need risk: content asks risk.check; desk asks risk.check",
    hint: expect.stringContaining("elsewhere by `armada provision --team PATH`"),
  });
  expect(() => refuseWanted("risk", wantsOf(here, fleet))).toThrow(refused);
  refuseWanted("desk", wantsOf(here, fleet));
});

test("a start at a team that is not there names those that are, wherever their code is", async () => {
  const manifests = () => new Map([["incidents", manifest("incidents", {})]]);
  await expect(checkStart({ manifests }, "incident", "handle", {})).rejects.toMatchObject({
    code: "NO_SUCH_TEAM",
    hint: expect.stringMatching(/content.*incidents/),
  });
});

test("a team elsewhere that lacks a package is told where to get it, of Armada's own from this checkout", () => {
  const file = "/museum/lending/src/team.ts";
  const lacks = (name: string): Error => new Error(`Cannot find package '${name}' imported from ${file}`);
  expect(hintOf(lacks("armada-mesh"), file)).toBe(`in /museum/lending: npm install ${join(productRoot, "libs/armada-mesh")}`);
  expect(hintOf(lacks("@museum/insurance"), file)).toBe("in /museum/lending: npm install @museum/insurance");
  const at = mkdtempSync(join(tmpdir(), "armada-lacks-"));
  onTestFinished(() => rmSync(at, { recursive: true }));
  writeFileSync(join(at, "package.json"), JSON.stringify({ devDependencies: { "@museum/insurance": "1.0.0" } }));
  const own = join(at, "src/team.ts");
  expect(hintOf(lacks("@museum/insurance"), own)).toBe(`in ${at}: npm install`);
  expect(hintOf(lacks("left-pad"), own)).toBe(`in ${at}: npm install left-pad`);
  expect(hintOf(new SyntaxError("Unexpected token"), file)).toBe("mend it; `npx tsc --noEmit` shows where");
});
