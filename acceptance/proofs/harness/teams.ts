import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { environment, here, type MeshFile, owned, type Place, until } from "./product.ts";

const MAIN = 'import { serve } from "armada-mesh/serve";\nimport team from "./team.ts";\n\nawait serve(team);\n';

/**
 * Copies a team of `acceptance/teams` into the copy's services, makes its package and its service, and links it. `name`: under
 * another one, where a proof has several of its kind; the team's `settings.ts` is then to say it too.
 */
export function copyTeam(copy: Checkout, team: string, name = team): void {
  const folder = `services/${name}`;
  cpSync(join(here, "acceptance/teams", team), join(copy.root, folder), { recursive: true });
  const about = {
    name: `@armada/${name}`,
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  };
  copy.write(`${folder}/package.json`, JSON.stringify(about));
  copy.write(`${folder}/src/main.ts`, MAIN);
  if (!existsSync(join(copy.root, folder, "src/contract.ts"))) copy.write(`${folder}/src/contract.ts`, "export {};\n");
  const link = join(copy.root, "node_modules/@armada", name);
  if (!existsSync(link)) symlinkSync(join(copy.root, folder), link);
}

/** Edits a copied team: its `team.ts` becomes the file VARIANT`.team.ts` that lies beside it. */
export function copyVariant(copy: Checkout, team: string, variant: string): void {
  cpSync(join(here, "acceptance/teams", team, "src", `${variant}.team.ts`), join(copy.root, "services", team, "src/team.ts"));
}

/** A team of `acceptance/teams` in a folder of its own, outside of the checkout, with the packages that it depends on. */
export function outsideTeam(copy: Checkout, name: string): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), `armada-prove-${name}-`));
  cpSync(join(here, "acceptance/teams", name), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "0.1.0", private: true, type: "module" }));
  symlinkSync(join(copy.root, "node_modules"), join(folder, "node_modules"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A replica of such a team: its own process, as whoever has its code starts it. */
export type OutsideReplica = { readonly pid: number; says(what: RegExp): Promise<unknown>; stop(): Promise<void> };

export function startOutside(folder: string, mesh: MeshFile, at: Place): OutsideReplica {
  const env = { ...environment(at), NATS_URL: mesh.nats, NATS_CREDS: mesh.keys };
  const child = owned(spawn(process.execPath, [join(folder, "src/main.ts")], { cwd: folder, env }));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    says: (what) =>
      until(`the replica in ${folder} to say ${what.source}; it said: ${said.slice(-400)}`, 30_000, () => {
        if (child.exitCode !== null) throw new Error(`the replica in ${folder} ended with ${child.exitCode}: ${said}`);
        return what.test(said);
      }),
    stop: async () => {
      child.kill("SIGTERM");
      await gone;
    },
  };
}
