import type { Checkout } from "../harness/checkout.ts";
import { copyTeam } from "../harness/teams.ts";

/** Copies the team `buyers`, or one like it under another name, whose agents do nothing but ask models for prices (script `prices`). `window`: of the agent `nightly`. */
export function copyBuyers(copy: Checkout, { name = "buyers", window = "00:00-24:00 UTC" } = {}): void {
  copyTeam(copy, "buyers", name);
  copy.write(`services/${name}/src/settings.ts`, `export const NAME = "${name}";\nexport const WINDOW = "${window}";\n`);
}
