import { loadEndless } from "@armada/event-sourcing";
import { cascade, cascadeAt } from "@armada/resilience";
import type { Look } from "../health/trouble.ts";
import { WATCHER } from "./watch.ts";

/** That three or more fail together, as the gateway says it. */
export const failingTogether: Look = async ({ session, team: { name } }) => {
  if (name !== WATCHER) return [];
  const { together, since, subjects } = (await loadEndless(session.log(name), cascade, cascadeAt(name))).state;
  if (!together) return [];
  const message = `three or more fail together since ${since}: ${subjects.join(", ")}`;
  return [{ code: "CASCADE", message, next: "who depends on them says armada cascade" }];
};
