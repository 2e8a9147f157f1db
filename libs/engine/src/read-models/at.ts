import type { Team } from "@armada/agents";
import type { Log, Objects } from "@armada/event-sourcing";
import { Payloads } from "../journal/payloads.ts";
import { ReadModels, type View } from "./read-models.ts";

/**
 * A team's read models as of a sequence or a time (ms since 1970) of its stream, rebuilt from the log; the newest
 * unless said.
 */
export async function readModelsAt(
  team: Team,
  log: Pick<Log, "scan">,
  objects: Objects,
  at: { readonly seq?: number; readonly time?: number },
): Promise<{ views: readonly View[]; read: number }> {
  const models = new ReadModels(team, new Payloads(objects, team.name));
  const messages: Parameters<ReadModels["fold"]>[0][] = [];
  if (models.filters.length > 0)
    await log.scan(models.filters, 0, (message) => {
      if (message.seq <= (at.seq ?? Number.POSITIVE_INFINITY) && message.time <= (at.time ?? Number.POSITIVE_INFINITY))
        messages.push(message);
    });
  for (const message of messages) await models.fold(message);
  return { views: models.views(), read: messages.length };
}
