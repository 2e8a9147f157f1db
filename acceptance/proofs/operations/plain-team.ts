import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

/** Writes a team of one file, its package and its service, and links it; `source` is its `team.ts`. */
export function writeTeam(copy: Checkout, name: string, source: string, contract = "export {};\n"): void {
  const about = {
    name: `@armada/${name}`,
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  };
  copy.write(`services/${name}/package.json`, JSON.stringify(about));
  copy.write(`services/${name}/src/contract.ts`, contract);
  copy.write(
    `services/${name}/src/main.ts`,
    'import { serve } from "@armada/runtime";\nimport team from "./team.ts";\n\nawait serve(team);\n',
  );
  copy.write(`services/${name}/src/team.ts`, source);
  const link = join(copy.root, "node_modules/@armada", name);
  if (!existsSync(link)) symlinkSync(join(copy.root, "services", name), link);
}
