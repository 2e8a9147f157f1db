import { type Envelope, eventKey, extensionsOf, parseSubject } from "@armada/contracts";
import { isObjectRef } from "@armada/engine";
import { readJournalMessage } from "@armada/engine/reading";
import type { Message, Objects } from "@armada/event-sourcing";
import { keyOf, type Source } from "@armada/operations/hooks/choice";
import type { Item } from "./delivery.ts";

/** What of an envelope of the mesh's own is told, beside what CloudEvents names. */
const TOLD = ["team", "correlationid", "causationid", "schemaversion", "traceparent"] as const;
const CORE = ["id", "source", "type", "subject", "time", "datacontenttype", "dataschema"] as const;

/** What a hook does with a message of one of its sources. */
export function itemOf(source: Source, message: Message): Item {
  const { subject, seq, time } = message;
  const chosen = chosenIn(source, message);
  const id = chosen === undefined ? "" : source.kind === "runs" ? (runIn(subject)?.run ?? "") : eventKey(chosen);
  return {
    source: source.filter,
    seq,
    key: keyOf(subject) ?? subject,
    id,
    known: message.envelopes[0]?.id ?? "",
    time,
    wanted: chosen !== undefined,
  };
}

/**
 * The CloudEvent that is sent for a message, as JSON. A fact is the event itself, with its data brought back where that is stored apart;
 * what only the mesh needs is left out. @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT`, `LOG_UNAVAILABLE`
 */
export async function bodyOf(source: Source, message: Message, objects: Pick<Objects, "get">): Promise<string> {
  const chosen = chosenIn(source, message);
  if (chosen === undefined) throw new Error(`${message.subject} is not what ${source.filter} is read for`);
  return JSON.stringify(source.kind === "runs" ? endOf(message, chosen) : await factOf(chosen, objects));
}

function chosenIn({ kind, wants }: Source, { subject, envelopes }: Message): Envelope | undefined {
  if (kind === "facts") return envelopes.find(({ type }) => wants.has(type));
  const run = runIn(subject);
  return run !== undefined && wants.has(run.workflow) ? envelopes.find(({ type }) => type === "armada.run.ended") : undefined;
}

function runIn(subject: string): { readonly team: string; readonly workflow: string; readonly run: string } | undefined {
  const parsed = parseSubject(subject);
  return parsed?.kind === "journal" ? { team: parsed.team, workflow: parsed.route, run: parsed.run } : undefined;
}

function endOf(message: Message, { time }: Envelope): object {
  const about = runIn(message.subject);
  const ended = readJournalMessage(message)?.events.find((event) => event.type === "run.ended");
  if (about === undefined || ended === undefined) throw new Error(`${message.subject} is no run's end`);
  const { status, next } = ended.data;
  return {
    specversion: "1.0",
    id: about.run,
    source: `/teams/${about.team}`,
    type: "armada.run.ended",
    subject: about.run,
    time,
    datacontenttype: "application/json",
    data: { ...about, status, ...(next === undefined ? {} : { next }), href: `/v1/runs/${about.run}` },
  };
}

async function factOf(envelope: Envelope, objects: Pick<Objects, "get">): Promise<object> {
  const fields: Readonly<Record<string, unknown>> = envelope;
  const kept = (names: readonly string[]): object =>
    Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
  return {
    specversion: "1.0",
    ...kept(CORE),
    ...(envelope.arrived === undefined ? kept(TOLD) : extensionsOf(envelope)),
    ...(await dataOf(envelope, objects)),
  };
}

async function dataOf({ data, data_base64, team }: Envelope, objects: Pick<Objects, "get">): Promise<object> {
  if (data_base64 !== undefined) return { data_base64 };
  if (data === undefined) return {};
  if (!isObjectRef(data)) return { data };
  const value: unknown = JSON.parse(Buffer.from(await objects.get(data.$object, team)).toString("utf8"));
  return data.base64 === true ? { data_base64: value } : { data: value };
}
