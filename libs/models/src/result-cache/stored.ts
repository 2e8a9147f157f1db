import type { Objects, Registers } from "@armada/event-sourcing";
import type { CallOptions, ModelAnswer, ModelRequest } from "../port.ts";
import { answerOf, entryOf } from "./entry.ts";
import { requestDigest } from "./request-digest.ts";

/**
 * The answer that the cache has of an equal request, also where it would serve nobody any more; undefined where it has none that can be
 * read. `models`: which model may have answered. Nobody is asked, and nothing is written.
 */
export async function storedAnswer<T>(
  request: ModelRequest<T>,
  cache: NonNullable<CallOptions["cache"]>,
  from: {
    readonly team: Pick<Registers, "get">;
    readonly fleet: Pick<Registers, "get">;
    readonly objects: Pick<Objects, "getShown">;
    readonly models: readonly string[];
  },
): Promise<ModelAnswer<T> | undefined> {
  const registers = cache.scope === "fleet" ? from.fleet : from.team;
  for (const model of from.models) {
    const stored = await registers.get(`answer-${requestDigest(request, { model, tools: cache.tools ?? [] })}`);
    const entry = entryOf(stored?.value ?? "");
    if (entry?.kind !== "answered") continue;
    try {
      return await answerOf(entry, request.schema, from.objects);
    } catch {}
  }
  return undefined;
}
