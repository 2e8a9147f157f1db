import { rename } from "node:fs/promises";
import { join } from "node:path";
import { startApiServer } from "@armada/models/testing";
import { identitiesOfOneAccount } from "@armada/nats/testing";
import { readMesh } from "@armada/operations/mesh/mesh-file";
import { expect, test } from "vitest";
import { projectRoot } from "./project.ts";
import { armada, type Ended, place, says, start } from "./testing/product.ts";

const PROMOTION = {
  article: "a1",
  topic: "tides",
  title: "Tides",
  description: "Of the bay.",
  keywords: ["tides"],
  points: ["Tides rise twice a day in the bay."],
};
const SERVICES = ["gateway", "marketing", "federation"];

test.each([["one account"], ["an account for each"]])(
  "services, gateway, federation, and commands that read or ask start and work without administration's folder: %s",
  async (accounts) => {
    using at = place();
    await using provider = await startApiServer({ script: () => ({ text: "Tides rise twice a day in the bay." }) });
    const env = { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: provider.url, ARMADA_BUDGETS_FLEET: "$8/month" };
    const run = (...args: string[]): Promise<Ended> => armada(at.folder, [...args, "--json"], env);
    if (accounts === "one account") await identitiesOfOneAccount(join(at.folder, ".armada/keys"), ["operator"]);
    const up = start(at.folder, ["up", "--json", "--port", "0", "--only", "marketing,gateway"], env);
    await says(up, '"type":"ready"', 90_000);
    try {
      const meshNow = () => readMesh(join(at.folder, ".armada/mesh.json"));
      const pidsNow = async () => {
        const pids = (await meshNow())?.pids;
        return SERVICES.map((name) => pids?.[name]?.[0] ?? 0);
      };
      const own = join(at.folder, ".armada/keys-administration");
      expect(await meshNow()).toMatchObject({ administration: own });
      await rename(own, join(at.folder, "taken-out"));

      const first = await pidsNow();
      for (const pid of first) process.kill(pid, "SIGKILL");
      await expect.poll(async () => (await pidsNow()).some((pid) => pid === 0 || first.includes(pid)), { timeout: 60_000 }).toBe(false);
      const promoted = await run("run", "marketing.promote", "--input", JSON.stringify(PROMOTION), "--key", "tides", "--wait");
      expect(promoted.code, promoted.stderr).toBe(0);
      for (const command of [["runs", "list"], ["health"], ["doctor"], ["budgets"]]) {
        const { code, stdout, stderr } = await run(...command);
        expect(code, `${command.join(" ")}: ${stdout}${stderr}`).toBe(0);
      }
      const mesh = await meshNow();
      const shown = async () =>
        (await fetch(new URL("/v1/runs/tides", mesh?.gateway), { headers: { authorization: `Bearer ${mesh?.key}` } })).status;
      await expect.poll(() => shown().catch(() => 0), { timeout: 30_000 }).toBe(200);

      const wanting = await run("provision");
      expect([wanting.code, wanting.lines]).toEqual([expect.any(Number), [expect.objectContaining({ code: "IDENTITY_MISSING" })]]);
      expect(wanting.stderr).toContain(own);
      expect(wanting.stderr).toContain("NATS_ADMINISTRATION");
      const marketing = join(projectRoot, "services/marketing");
      const there = await run("provision", "--team", marketing, "--administration", join(at.folder, "taken-out"));
      expect(there.code, there.stdout + there.stderr).toBe(0);
      expect(there.stdout).not.toContain("auth.conf"); // the server is ours: nobody has to include it
    } finally {
      up.child.kill("SIGTERM");
      await up.ended;
    }
  },
  240_000,
);
