import { asToken, parseSubject } from "@armada/contracts";
import { runIdOf, runMeant, startedBy } from "@armada/engine/inbound/starts";
import { waitRoute } from "@armada/engine/journal/taken";
import type { MemoryMesh, Message } from "@armada/event-sourcing";
import type { Journal } from "./journals.ts";

/**
 * engine rule 4: an open run always has an unacknowledged or undelivered message, a pending timer, a recorded wait, or is
 * parked or stopped. Where no message is left for a run, each of its calls must be held by what the rule names for it.
 */
export function broken(mesh: MemoryMesh, open: Iterable<Journal>): string[] {
  const wrong: string[] = [];
  const busy = new Map<string, ReadonlySet<string>>();
  for (const journal of open) {
    const { team, run, state } = journal;
    const live = busy.get(team) ?? liveRuns(mesh, team);
    busy.set(team, live);
    if (live.has(run) || state.stopped !== undefined || waitsLive(live, journal)) continue;
    let held = false;
    for (const step of state.steps.values()) {
      if (step.status === "requested" && step.held !== undefined) {
        held = true;
        if (!mesh.timerPending(team, run, step.n)) wrong.push(`the held step ${step.n} of run ${run} of ${team} has no timer`);
      } else if (step.status === "requested") wrong.push(`step ${step.n} of run ${run} of ${team} is requested and nothing dispatches it`);
      if (step.status === "parked") held = true;
    }
    for (const wait of state.waits.values()) {
      if (!wait.open) continue;
      held = true;
      const limited = wait.kind !== "wait" || wait.data.until !== undefined;
      if (limited && !mesh.timerPending(team, run, wait.n)) wrong.push(`the ${wait.kind} ${wait.n} of run ${run} of ${team} has no timer`);
    }
    if (!held && wrong.length === 0) wrong.push(`run ${run} of ${team} is open and nothing will go on with it`);
  }
  return wrong;
}

/** The runs that a team's queues still hold a message for. */
function liveRuns(mesh: MemoryMesh, team: string): ReadonlySet<string> {
  const live = new Set<string>();
  for (const [name, queue] of mesh.queues(team))
    for (const message of queue.undone) for (const run of concerned(name, message)) live.add(run);
  return live;
}

function concerned(queue: string, message: Message): readonly string[] {
  const subject = parseSubject(message.subject);
  switch (subject?.kind) {
    case "journal":
    case "answer":
    case "tick":
      return [subject.run];
    case "ask": {
      const data = message.envelopes[0]?.data;
      // A control names a run, and maybe a later generation of it; a start brings an id from outside.
      return [typeof data === "object" && data !== null && "run" in data ? runMeant(String(data.run)) : runIdOf(subject.id)];
    }
    case "fact":
      if (queue.startsWith("on_")) return [startedBy(queue, message.envelopes[0]?.id ?? "")];
      return [waitRoute(message.envelopes[0]?.type ?? "", subject.id)];
    default:
      return [];
  }
}

function waitsLive(live: ReadonlySet<string>, { state }: Journal): boolean {
  return [...state.waits.values()].some((wait) => wait.kind === "wait" && live.has(waitRoute(wait.data.type, asToken(wait.data.id))));
}
