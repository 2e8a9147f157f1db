import { type Cascade, cascadeOf, type Dependence, isCascade } from "@armada/operations/cascade/cascade";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";

type Reads = Pick<Session, "log" | "manifests" | "isolations" | "queues" | "runs" | "state">;

/** Who waits for whom now, what fails first; fails where three or more subjects fail together. */
export async function cascadeCommand(session: Reads, teams: readonly string[], out: Output, now = Date.now()): Promise<number> {
  const { subjects, failing, unread } = await cascadeOf(session, teams, now);
  for (const one of subjects) out.emit({ type: "cascade", ...one, together: failing });
  if (subjects.length === 0) out.say("no run waits for an agent, and nothing fails");
  else
    for (const line of table([["subject", "fails", "runs", "of teams", "workflows that wait"], ...subjects.map(cellsOf)], 5)) out.say(line);
  for (const line of notes({ failing, unread })) out.say(line);
  return isCascade(failing) ? EXIT.failed : EXIT.ok;
}

function cellsOf({ subject, failing, runs, workflows, teams }: Dependence): string[] {
  return [subject, failing.map(({ code }) => code).join(", "), String(runs), teams.join(", "), workflows.join(", ")];
}

function notes({ failing, unread }: Pick<Cascade, "failing" | "unread">): string[] {
  return [
    ...(isCascade(failing) ? [`✗ ${failing} fail together (CASCADE): why each does says armada health`] : []),
    ...(unread === 0 ? [] : [`${unread} older open runs were not looked at`]),
  ];
}
