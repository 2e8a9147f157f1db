import { readModelsAt, type Team } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import type { Session } from "../session.ts";

/** A team's read models as of now, a time, or a sequence of its stream, rebuilt from the log. */
export async function stateCommand(
  session: Session,
  teams: readonly Team[],
  name: string,
  flags: { at?: string },
  out: Output,
): Promise<number> {
  const team = teams.find((one) => one.name === name);
  if (team === undefined)
    throw new ArmadaError("NO_SUCH_TEAM", `there is no team ${name}`, { hint: `there are ${teams.map((one) => one.name).join(", ")}` });
  const { views, read } = await readModelsAt(team, session.log(name), session.objects, atOf(flags.at));
  for (const view of views) {
    out.emit({ type: "state", team: name, model: view.name, version: view.version, asOf: view.asOf, state: view.state });
    out.say(`${name}.${view.name} v${view.version}, as of sequence ${view.asOf}:`);
    out.say(JSON.stringify(view.state, undefined, 2));
  }
  if (views.length === 0) out.say(`team ${name} has no read models`);
  out.say(`${read} events folded`);
  return EXIT.ok;
}

function atOf(text: string | undefined): { seq?: number; time?: number } {
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { seq: Number(text) };
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ArmadaError("USAGE", `--at ${text} is neither a sequence nor a time`, { hint: "use 123 or 2026-11-22T14:03:00Z" });
  return { time };
}
