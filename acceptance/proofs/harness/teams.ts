import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { here } from "./product.ts";

const MAIN = 'import { serve } from "@armada/runtime";\nimport team from "./team.ts";\n\nawait serve(team);\n';

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
