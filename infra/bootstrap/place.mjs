import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** Everything that is downloaded; deleting it costs the next start a download. */
export const cache = `${root}.cache/`;

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
