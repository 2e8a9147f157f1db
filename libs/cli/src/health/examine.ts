import type { Team } from "@armada/agents";
import { parseSubject } from "@armada/contracts";
import { readRun } from "@armada/engine";
import type { Message } from "@armada/event-sourcing";
import { sourceOf } from "@armada/runtime";
import { HOME } from "../mesh/mesh-file.ts";
import type { Session } from "../session.ts";
import type { MeshTeam } from "../teams.ts";
import { lookedAt } from "./looked-at.ts";
import { troublesOf } from "./looks.ts";

export type Finding = {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly from?: string;
  readonly ok: boolean;
  readonly next?: string;
};

/** What a team's stream holds. Reads the whole of it, so what was never taken by a reader is counted here exactly. */
export async function examine(session: Session, { name, definition }: MeshTeam): Promise<Finding[]> {
  const byRun = new Map<string, Message[]>();
  let taken = 0;
  const log = session.log(name);
  await log.scan([">"], 0, (message) => {
    taken++;
    const subject = parseSubject(message.subject);
    if (subject?.kind === "journal" && subject.branch === undefined) byRun.set(subject.run, [...(byRun.get(subject.run) ?? []), message]);
  });
  const forged = (await log.head()) - taken;
  const findings: Finding[] = [
    { name: `${name}: messages`, value: taken, ok: true },
    {
      name: `${name}: forged, not taken`,
      value: forged,
      ok: forged === 0,
      ...(forged === 0 ? {} : { next: `see the warnings in ${HOME}/logs/${name}.log` }),
    },
  ];
  if (definition !== undefined) for (const [run, messages] of byRun) findings.push(...editedRun(definition, run, messages));
  return findings;
}

/** Of an open run whose code was edited; what holds runs up is told by the team's troubles. */
function editedRun(team: Team, run: string, messages: readonly Message[]): Finding[] {
  const state = readRun(messages);
  const served = team.workflows.find((one) => one.name === state.workflow && one.version === state.version);
  if (state.ended !== undefined || served === undefined || state.source === "" || sourceOf(served) === state.source) return [];
  return [
    {
      name: `${team.name}: ${run}`,
      value: `open, and ${state.workflow} v${state.version} was edited since it started`,
      ok: true,
      next: "give an edited workflow a new version, beside the old one",
    },
  ];
}

/** What is wrong with a team, a finding each. */
export async function examineTroubles(session: Session, team: MeshTeam, reading = false): Promise<Finding[]> {
  const troubles = await troublesOf(await lookedAt(session, team), reading);
  return troubles.map(({ code, message, next }) => ({
    name: `${team.name}: ${code}`,
    value: message,
    ok: false,
    ...(next === undefined ? {} : { next }),
  }));
}
