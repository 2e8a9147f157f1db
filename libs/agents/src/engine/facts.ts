import type { AnyEventKind, Envelope } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import type { Fact } from "../define.ts";
import type { Payloads } from "./payloads.ts";

/** A fact, upcast and checked; undefined for what does not fit its declared data. */
export async function factOf(
  message: Message,
  kind: AnyEventKind,
  payloads: Pick<Payloads, "resolve">,
): Promise<{ fact: Fact; envelope: Envelope } | undefined> {
  const envelope = message.envelopes.find((event) => event.type === kind.type);
  if (envelope === undefined) return undefined;
  let data = await payloads.resolve(envelope.data);
  for (let version = envelope.schemaversion; version < kind.version; version++) data = kind.upcasts[version]?.(data) ?? data;
  const parsed = kind.data.safeParse(data);
  if (!parsed.success) return undefined;
  const { id, type, subject = "", time, team } = envelope;
  return { fact: { data: parsed.data, id, type, subject, time, team }, envelope };
}
