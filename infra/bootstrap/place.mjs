import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** Whether this is the package `armada-mesh`, which holds built code, and no checkout. */
export const packaged = existsSync(`${root}libs/cli/src/main.js`);
/** Everything that is downloaded; deleting it costs the next start a download. Of the package beside it: an upgrade keeps it. */
export const cache = packaged ? fileURLToPath(new URL("../../../.cache/armada-mesh/", import.meta.url)) : `${root}.cache/`;

/** Sources that ARMADA_BOOTSTRAP_SKIP names are not tried; the names are those of the lines that the bootstrap prints. */
export function skipped(name, env = process.env) {
  return (env.ARMADA_BOOTSTRAP_SKIP ?? "").split(",").some((entry) => entry.trim() === name);
}

/** Ends the bootstrap with a message for the person who ran it. */
export class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}
