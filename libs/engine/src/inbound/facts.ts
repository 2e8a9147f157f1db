import type { Fact } from "@armada/agents";
import { type AnyEventKind, arrivalOf, type Envelope, eventKey, extensionsOf } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { fitting } from "../journal/fitting.ts";
import type { Payloads } from "../journal/payloads.ts";

/** A fact, upcast and checked; undefined for what does not fit its declared data. */
export async function factOf(
  message: Message,
  kind: AnyEventKind,
  payloads: Pick<Payloads, "resolveFact">,
): Promise<{ fact: Fact; envelope: Envelope } | undefined> {
  const envelope = message.envelopes.find((event) => event.type === kind.type);
  if (envelope === undefined) return undefined;
  let data = envelope.data_base64 ?? (await payloads.resolveFact(envelope.data, envelope.team));
  try {
    for (let version = envelope.schemaversion; version < kind.version; version++) data = kind.upcasts[version]?.(data) ?? data;
  } catch {
    return undefined; // an upcast that fails on data of its own version: it is none of that
  }
  const parsed = fitting(kind.data, data);
  if (!parsed.success) return undefined;
  const { id, source, type, subject = "", team } = envelope;
  const arrived = arrivalOf(envelope);
  const { datacontenttype, dataschema } = envelope as { readonly datacontenttype?: unknown; readonly dataschema?: unknown };
  const fact: Fact = {
    data: parsed.data,
    key: eventKey(envelope),
    id,
    source,
    type,
    subject,
    time: envelope.time ?? arrived,
    arrived,
    datacontenttype: typeof datacontenttype === "string" ? datacontenttype : undefined,
    dataschema: typeof dataschema === "string" ? dataschema : undefined,
    extensions: extensionsOf(envelope),
    team,
  };
  return { fact, envelope };
}
