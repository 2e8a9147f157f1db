import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessIn, link } from "@armada/nats";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { projectRoot } from "../project.ts";
import { armada, place } from "../testing/product.ts";

test.each([["--json"], ["--json", "--dry-run"]])(
  "a team that is called as one in services/ is refused, and nothing is made: %s",
  async (...flags) => {
    using at = place();
    writeFileSync(join(at.folder, "team.ts"), 'export default { kind: "team", name: "marketing" };\n');
    const { code, lines } = await armada(at.folder, ["provision", "--team", at.folder, ...flags]);
    expect([code, lines]).toEqual([3, [expect.objectContaining({ code: "TEAM_TAKEN" })]]);
    for (const folder of [at.folder, join(projectRoot, "services/marketing")]) expect(JSON.stringify(lines)).toContain(folder);
    expect(existsSync(join(at.folder, ".armada"))).toBe(false);
  },
);

test("a team of services/ may be named by its folder", async () => {
  using at = place();
  const { code } = await armada(at.folder, ["provision", "--team", join(projectRoot, "services/marketing")]);
  expect(code).toBe(4); // there is no mesh
  expect(existsSync(join(at.folder, ".armada/keys/marketing.nk"))).toBe(true);
});

const NONE = { agents: [], awaits: [], emits: [], provides: [], readModels: [], subscriptions: [], schedules: [], workflows: [] };
const CHECK = { kind: "capability", name: "rsk.check", team: "rsk" };
const IN_VAIN = `export default ${JSON.stringify({ kind: "team", name: "lab", ...NONE, asks: [CHECK] })};\n`;

test("a team that disagrees with the fleet is refused without an identity, its start is said with the node that runs it, and whom it asks in vain", async () => {
  using at = place();
  await using mesh = await startTestMesh([]);
  const folderOf = (name: string): string => join(projectRoot, "acceptance/teams", name);
  const provision = (name: string) => armada(at.folder, ["provision", "--team", folderOf(name), "--nats", mesh.url, "--keys", mesh.keys]);
  const support = await provision("support");
  expect(support.code, support.stderr).toBe(0);
  expect(support.stdout).toContain(` ${process.execPath} ${join(folderOf("support"), "src/main.ts")} `);
  expect(support.stdout).toContain('nats-server reads them by `include "auth.conf"`');
  expect(support.stderr).toBe("");
  writeFileSync(join(at.folder, "team.ts"), IN_VAIN);
  const lab = await armada(at.folder, ["provision", "--team", at.folder, "--nats", mesh.url, "--keys", mesh.keys, "--json"]);
  expect(lab.code, lab.stderr).toBe(0);
  expect(lab.stderr).toContain("lab: ASKED_TEAM_MISSING it asks rsk.check, and there is no team rsk");
  const sales = await provision("sales");
  expect(sales.stdout + sales.stderr).toContain("EXTERNAL_DISAGREES");
  expect(existsSync(join(mesh.keys, "sales.nk"))).toBe(false);
}, 60_000);

test("another key whose provision was cut off before the fleet was told lets its team in after the next", async () => {
  using at = place();
  await using mesh = await startTestMesh([], { walled: "jwt" });
  const support = join(projectRoot, "acceptance/teams/support");
  const provision = () => armada(at.folder, ["provision", "--team", support, "--nats", mesh.url, "--keys", mesh.keys]);
  expect((await provision()).code).toBe(0);
  const access = accessIn(mesh.keys);
  await access.renew(["support"]);
  const { code, stderr } = await provision();
  expect(code, stderr).toBe(0);
  const quiet = { info: () => undefined, warn: () => undefined };
  const signal = AbortSignal.timeout(10_000);
  const connected = await link({ servers: mesh.url, identity: await access.identity("support"), logger: quiet, signal });
  await connected.close();
}, 60_000);
