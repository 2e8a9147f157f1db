import { parseSubject } from "@armada/contracts";
import { readModelStopped } from "@armada/engine/read-models/read-models";
import { readModelStop } from "@armada/engine/read-models/stops";
import type { Look } from "./trouble.ts";

/** Read models that stand still since a fold of theirs threw, but those that the team has no more. */
export const readModels: Look = async ({ session, team: { name, definition } }) => {
  const said = (await session.subjects(name, `evt.${name}.read_model.stopped.>`)).flatMap((text) => {
    const subject = parseSubject(text);
    return subject?.kind === "fact" ? [subject.id] : [];
  });
  const listed = [...(definition?.readModels ?? []), ...(definition?.agents ?? []).flatMap(({ context }) => context)].map(
    (one) => one.name,
  );
  const models = [...new Set(said)].filter((model) => definition === undefined || listed.includes(model));
  const stops = await Promise.all(models.map(async (model) => ({ model, at: await readModelStop(session.log(name), name, model) })));
  return stops.flatMap(({ model, at }) => {
    if (at === undefined) return [];
    const { code, message, hint } = readModelStopped(model, at);
    return [{ code, message, ...(hint === undefined ? {} : { next: hint }) }];
  });
};
