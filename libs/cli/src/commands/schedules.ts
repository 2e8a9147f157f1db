import type { Session } from "@armada/operations/mesh/session";
import { type ListedSchedule, schedulesOf } from "@armada/operations/schedules/list";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";

/** Every schedule of the teams, as they were provisioned. */
export async function listSchedules(session: Pick<Session, "log" | "manifests">, teams: readonly string[], out: Output): Promise<number> {
  const manifests = session.manifests();
  const all = await Promise.all(
    teams.flatMap((team) => {
      const manifest = manifests.get(team);
      return manifest === undefined ? [] : [schedulesOf(session.log(team), manifest)];
    }),
  );
  const rows = all.flat();
  for (const row of rows) out.emit({ type: "schedule", ...row });
  if (rows.length === 0) out.say("no team has a schedule");
  else for (const line of table([["schedule", "starts", "at", "of", "next", "last", "missed"], ...rows.map(cellsOf)], 7)) out.say(line);
  return EXIT.ok;
}

function cellsOf({ team, name, workflow, cron, zone, planned, next, last, missed, passed, uncounted }: ListedSchedule): string[] {
  const started = passed === 0 ? missed : `${missed}, ${passed}${uncounted === true ? " or more" : ""} not started`;
  return [`${team}.${name}`, workflow, cron, zone, planned ? (next ?? "never") : "is not planned yet", last ?? "", started];
}
