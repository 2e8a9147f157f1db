import type { Team } from "@armada/agents";
import { type ArmadaError, buildSubject, parseSubject } from "@armada/contracts";
import type { Message, Objects } from "@armada/event-sourcing";
import type { JournalEvent } from "../journal/events.ts";
import { journalBody } from "../journal/message.ts";
import { Payloads } from "../journal/payloads.ts";
import { coldRun, replay } from "./cached-run.ts";
import { withinLists } from "./within-lists.ts";

/**
 * Runs a run's workflow, or another version of it, against its journal: the determinism error that it would stop with,
 * or undefined where it fits. Nothing is written.
 */
export async function fits(
  team: Team,
  run: { readonly id: string; readonly journal: readonly Message[]; readonly version?: number },
  ports: { readonly objects: Objects; readonly idle: () => Promise<void> },
): Promise<ArmadaError | undefined> {
  const journal = run.journal.filter(({ subject }) => !subject.includes(".end."));
  const cold = coldRun(run.id);
  await replay(cold, [...journal, goOn(team.name, run.id, journal, run.version)], {
    scheduler: { idle: ports.idle },
    payloads: new Payloads(ports.objects, team.name),
    workflow: (name, version) => withinLists(team).find((one) => one.name === name && one.version === version),
  });
  return cold.fault;
}

/** What `runs retry` and `runs move` would journal: a stopped run is open again behind it. */
function goOn(team: string, run: string, journal: readonly Message[], version: number | undefined): Message {
  const last = journal.at(-1);
  const subject = parseSubject(last?.subject ?? "");
  const n = (subject?.kind === "journal" ? subject.n : 0) + 1;
  const event: JournalEvent =
    version === undefined ? { type: "run.resumed", data: { by: "" } } : { type: "run.moved", data: { version, by: "" } };
  const time = new Date(last?.time ?? 0).toISOString();
  const about = { team, run, n, writer: "fits", time, prev: undefined };
  const { body, envelopes } = journalBody(about, { correlation: run, causation: run, hops: 0, traceparent: undefined }, [event]);
  return {
    subject: buildSubject({ kind: "journal", team, does: "lead", route: "fits-v1", run, n }),
    seq: (last?.seq ?? 0) + 1,
    body,
    envelopes,
    time: last?.time ?? 0,
  };
}
