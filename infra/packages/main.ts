import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { commandFlags } from "@armada/testing/command-flags";
import { buildPackages } from "./build.ts";

/** Writes the tarballs that a registry takes, of the repository's version unless said. */
const { values } = commandFlags(
  { options: { out: { type: "string", default: ".cache/packages" }, version: { type: "string" } } },
  "npm run packages -- [--out DIR] [--version V]",
);
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
for (const { file, bytes } of await buildPackages({ out, version: values.version, say: (line) => console.error(line) }))
  console.log(`${resolve(out, file)}  ${(bytes / 1_000).toFixed(0)} kB`);
