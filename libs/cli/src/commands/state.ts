import type { Team } from "@armada/agents";
import { ArmadaError, isoTime } from "@armada/contracts";
import { readModelStopped, readModelsAt } from "@armada/engine";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";

/** `team`: the folder of its code. */
export type StateFlags = { readonly at?: string; readonly team?: string };

/** A team's read models as of now, a time, or a sequence of its stream, rebuilt from the log; fails where one stopped. */
export async function stateCommand(session: Pick<Session, "log" | "objects">, team: Team, flags: StateFlags, out: Output): Promise<number> {
  const { name } = team;
  const { views, read } = await readModelsAt(team, session.log(name), session.objects, atOf(flags.at));
  for (const view of views) {
    const { stopped } = view;
    out.emit({
      type: "state",
      team: name,
      model: view.name,
      version: view.version,
      asOf: view.asOf,
      state: view.state,
      ...(stopped === undefined ? {} : { stopped }),
    });
    out.say(`${name}.${view.name} v${view.version}, as of sequence ${view.asOf}:`);
    out.say(JSON.stringify(view.state, undefined, 2));
    if (stopped === undefined) continue;
    const { message, code, hint } = readModelStopped(view.name, stopped);
    out.say(fitted(`✗ ${oneLine(message)} (${code}): ${hint}`));
  }
  if (views.length === 0) out.say(`team ${name} has no read models`);
  out.say(`${read} events folded`);
  return views.every(({ stopped }) => stopped === undefined) ? EXIT.ok : EXIT.failed;
}

function atOf(text: string | undefined): { seq?: number; time?: number } {
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { seq: Number(text) };
  const time = isoTime(text);
  if (Number.isNaN(time))
    throw new ArmadaError("USAGE", `--at ${text} is neither a sequence nor a time`, { hint: "use 123 or 2026-11-22T14:03:00Z" });
  return { time };
}
