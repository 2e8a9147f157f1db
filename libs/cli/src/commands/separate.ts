import { join, resolve } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { accessIn } from "@armada/nats/starting";
import { claimHome } from "@armada/operations/mesh/home";
import { HOME } from "@armada/operations/mesh/mesh-file";
import { EXIT } from "../exit.ts";
import { lockData } from "../mesh/data-lock.ts";
import type { Output } from "../output.ts";
import { productVersion } from "../product-version.ts";
import { settingsFor } from "../settings.ts";

export type SeparateFlags = { readonly data?: string; readonly config?: string };

/**
 * Has the server of this folder's mesh keep an account for each identity from its next start on, and moves the streams that are there.
 * Bodies go as copies to whom they are sent from then on, and the next start makes those of what was sent before.
 * There is no way back. @throws ArmadaError `USAGE`, `MESH_RUNNING`, `NOT_OUR_STREAMS`, `STREAM_THERE`; then nothing has changed
 */
export async function separateCommand(flags: SeparateFlags, out: Output): Promise<number> {
  const { config } = await settingsFor(flags);
  if (config.nats.url !== undefined)
    throw new ArmadaError("USAGE", "a server that is not ours is not changed from here", {
      hint: "unset NATS_URL for the mesh of this folder",
    });
  const home = resolve(HOME);
  await claimHome(home, productVersion(), out.say);
  const lock = await lockData(resolve(config.data));
  try {
    const access = accessIn(join(home, "keys"));
    const moved = await access.separate(resolve(config.data));
    for (const stream of moved) out.say(`stream ${stream} is in its owner's account`);
    out.emit({ type: "separated", streams: [...moved] });
    out.say("from the next `armada up` on each team has an account of its own, and of others' large values those that it was sent");
    return EXIT.ok;
  } finally {
    lock.release();
  }
}
