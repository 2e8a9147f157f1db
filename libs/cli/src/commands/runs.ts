import type { Session } from "@armada/operations/mesh/session";
import { type Control, controlRun } from "@armada/operations/runs/controls";
import { findRun } from "@armada/operations/runs/find";
import { shownRun } from "@armada/operations/runs/shown";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { runTree } from "../render/run-tree.ts";

export async function showRun(
  session: Pick<Session, "log" | "queues" | "objects"> & Partial<Pick<Session, "isolations">>,
  teams: readonly string[],
  run: string,
  out: Output,
): Promise<number> {
  const view = await shownRun(await findRun((team) => session.log(team), teams, run), session, teams);
  out.emit({ type: "run", ...view });
  for (const line of runTree(view).split("\n")) out.say(fitted(line));
  return EXIT.ok;
}

/** Has a run do what an operator decided, and says what became of it. */
export async function controlCommand(
  session: Pick<Session, "state" | "ask" | "log">,
  teams: readonly string[],
  run: string,
  control: Control,
  out: Output,
): Promise<number> {
  const about = await controlRun(session, teams, run, control);
  const other = about.run !== run;
  if (about.kind === "already") {
    out.emit({ type: "already", run: about.run, message: about.message });
    out.say(other ? `${about.run}, which goes on with the work of ${run}: ${about.message}` : about.message);
  } else {
    out.emit({ type: "done", run: about.run, status: about.status });
    out.say(`${control.says} ${about.run}${other ? `, which goes on with the work of ${run}` : ""}`);
  }
  return EXIT.ok;
}
