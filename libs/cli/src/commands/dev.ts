import { resolve } from "node:path";
import { HOME } from "@armada/operations/mesh/mesh-file";
import { CONFIG_FILE, type Setting } from "@armada/runtime/config";
import { follow } from "../dev/follow.ts";
import { tellerOf } from "../dev/teller.ts";
import type { Output } from "../output.ts";
import { BUILT_IN_SERVICES, PRODUCT_ENDING } from "../project.ts";
import { settingsFor } from "../settings.ts";
import { type UpFlags, upCommand } from "./up.ts";

/** What each replica begins with. */
const PRELOAD = new URL(`../dev/preload${PRODUCT_ENDING}`, import.meta.url).href;

/** The mesh as `up` starts it; then its code is followed until Ctrl-C. */
export async function devCommand(flags: UpFlags, out: Output): Promise<void> {
  const since = Date.now();
  const begun = await settingsFor(flags);
  const config = {
    file: flags.config ?? CONFIG_FILE,
    changed: async () => changedOf(begun.list, (await settingsFor(flags)).list),
  };
  const tell = tellerOf(out);
  const only = flags.only?.split(",");
  const wanted = (name: string): boolean => only?.includes(name) ?? !BUILT_IN_SERVICES.includes(name);
  await upCommand(flags, out, {
    preload: PRELOAD,
    beside: (mesh, refused) => follow({ mesh, tell, config, refused, wanted, since, memory: resolve(HOME, "types.tsbuildinfo") }),
  });
}

/** Settings that are others now; of the room it is followed what holds. */
export function changedOf(before: readonly Setting[], now: readonly Setting[]): string[] {
  const valueIn = (list: readonly Setting[], path: string): Setting["value"] => list.find((one) => one.path === path)?.value;
  return [...new Set([...before, ...now].map(({ path }) => path))].filter(
    (path) => !path.startsWith("room.") && valueIn(before, path) !== valueIn(now, path),
  );
}
