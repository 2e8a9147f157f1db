import { ArmadaError } from "@armada/contracts";
import type { Objects } from "@armada/event-sourcing";

/** A giver that is not there, or not yet, shows nothing: a text that only looks like a digest must not wait for it. */
const NOT_SHOWN = new Set(["OBJECT_MISSING", "OBJECT_CORRUPT", "LOG_UNAVAILABLE"]);

/**
 * A team's objects with those that the teams show whose facts it takes (`givers`): `get` finds them, `give` and `show` pass them on.
 * What is passed on becomes the team's own first, as nobody else may copy it.
 */
export function withShown(objects: Objects, givers: readonly string[]): Objects {
  const shown = async (digest: string): Promise<Uint8Array | undefined> => {
    for (const giver of givers)
      try {
        return await objects.getShown(digest, giver);
      } catch (error) {
        if (!(error instanceof ArmadaError && NOT_SHOWN.has(error.code))) throw error;
      }
    return undefined;
  };
  const take = async (digest: string): Promise<boolean> => {
    const bytes = await shown(digest);
    if (bytes !== undefined) await objects.put(bytes);
    return bytes !== undefined;
  };
  return {
    ...objects,
    get: async (digest, sender) => {
      try {
        return await objects.get(digest, sender);
      } catch (error) {
        if (sender !== undefined || !(error instanceof ArmadaError && error.code === "OBJECT_MISSING")) throw error;
        const bytes = await shown(digest);
        if (bytes === undefined) throw error;
        return bytes;
      }
    },
    give: async (digest, to) => (await objects.give(digest, to)) ?? ((await take(digest)) ? objects.give(digest, to) : undefined),
    show: async (digest) => (await objects.show(digest)) ?? ((await take(digest)) ? objects.show(digest) : undefined),
  };
}
