import { readRun, type Team, viewOf } from "@armada/agents";
import { parseSubject } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { sourceOf } from "@armada/runtime";
import { HOME } from "./mesh/mesh-file.ts";
import type { Session } from "./session.ts";

export type Finding = {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly from?: string;
  readonly ok: boolean;
  readonly next?: string;
};

/** Reads the whole stream, so what was never taken by a reader is counted here exactly. */
export async function examine(session: Session, team: Team): Promise<Finding[]> {
  const byRun = new Map<string, Message[]>();
  let taken = 0;
  const log = session.log(team.name);
  await log.scan([">"], 0, (message) => {
    taken++;
    const subject = parseSubject(message.subject);
    if (subject?.kind === "journal" && subject.branch === undefined) byRun.set(subject.run, [...(byRun.get(subject.run) ?? []), message]);
  });
  const forged = (await log.head()) - taken;
  const findings: Finding[] = [
    { name: `${team.name}: messages`, value: taken, ok: true },
    {
      name: `${team.name}: forged, not taken`,
      value: forged,
      ok: forged === 0,
      ...(forged === 0 ? {} : { next: `see the warnings in ${HOME}/logs/${team.name}.log` }),
    },
  ];
  for (const [run, messages] of byRun) findings.push(...openRun(team, run, messages));
  return findings;
}

/** What is wrong with an open run: nobody serves its version, its code was edited, or it is stuck. */
function openRun(team: Team, run: string, messages: readonly Message[]): Finding[] {
  const state = readRun(messages);
  if (state.ended !== undefined) return [];
  const served = team.workflows.find((one) => one.name === state.workflow && one.version === state.version);
  const name = `${team.name}: ${run}`;
  if (served === undefined)
    return [
      {
        name,
        value: `open, and nobody serves ${state.workflow} v${state.version}`,
        ok: false,
        next: `keep that version in workflows: […], or armada runs move ${run} --to N`,
      },
    ];
  if (state.source !== "" && sourceOf(served) !== state.source)
    return [
      {
        name,
        value: `open, and ${state.workflow} v${state.version} was edited since it started`,
        ok: true,
        next: "give an edited workflow a new version, beside the old one",
      },
    ];
  const { status } = viewOf(team.name, run, state);
  return status === "parked" || status === "stopped" ? [{ name, value: status, ok: false, next: `armada runs show ${run}` }] : [];
}
