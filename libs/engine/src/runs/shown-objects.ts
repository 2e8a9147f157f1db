import { ArmadaError } from "@armada/contracts";
import type { Objects } from "@armada/event-sourcing";

/**
 * A team's objects with those that the teams show whose facts it takes (`givers`): `get` finds them, `give` and `show` pass them on.
 * What is passed on becomes the team's own first, as nobody else may copy it.
 */
export function withShown(objects: Objects, givers: readonly string[]): Objects {
  const shown = async (digest: string): Promise<Uint8Array | undefined> => {
    let away: unknown;
    for (const giver of givers)
      try {
        return await objects.getShown(digest, giver);
      } catch (error) {
        if (!isMissing(error)) away = error;
      }
    if (away !== undefined) throw away;
    return undefined;
  };
  const take = async (digest: string): Promise<boolean> => {
    const bytes = await shown(digest).catch((error: unknown) => {
      // A team that is not there yet shows nothing, and must not keep a message whose text only looks like a digest.
      if (error instanceof ArmadaError && error.code === "LOG_UNAVAILABLE") return undefined;
      throw error;
    });
    if (bytes !== undefined) await objects.put(bytes);
    return bytes !== undefined;
  };
  return {
    ...objects,
    get: async (digest, sender) => {
      try {
        return await objects.get(digest, sender);
      } catch (error) {
        const bytes = sender === undefined && isMissing(error) ? await shown(digest) : undefined;
        if (bytes === undefined) throw error;
        return bytes;
      }
    },
    give: async (digest, to) => (await objects.give(digest, to)) ?? ((await take(digest)) ? objects.give(digest, to) : undefined),
    show: async (digest) => (await objects.show(digest)) ?? ((await take(digest)) ? objects.show(digest) : undefined),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof ArmadaError && (error.code === "OBJECT_MISSING" || error.code === "OBJECT_CORRUPT");
}
