import { z } from "zod";
import { readTeam, type StoredEvent } from "../judges/streams.ts";
import type { MeshFile } from "./product.ts";

export type OutsideEvent = { readonly id: string; readonly type: string; readonly subject?: string; readonly data: unknown };

const Stored = z.object({ event: z.string() });
const MOST = 100;

/** Sends events from outside as a client would, in batches; answers the mesh's ids of them. @throws Error with the answer, where one is refused */
export async function sendEvents(
  mesh: Pick<MeshFile, "gateway" | "key">,
  events: readonly OutsideEvent[],
  source = "/prove",
): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < events.length; at += MOST) {
    const batch = events.slice(at, at + MOST).map((event) => ({ specversion: "1.0", source, ...event }));
    const answer = await fetch(`${mesh.gateway}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${mesh.key}`, "content-type": "application/cloudevents-batch+json" },
      body: JSON.stringify(batch),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the gateway answered ${answer.status}: ${text}`);
    ids.push(
      ...z
        .object({ events: z.array(Stored) })
        .parse(JSON.parse(text))
        .events.map(({ event }) => event),
    );
  }
  return ids;
}

/** What makes an event one: its source and its id. */
export function senderOf({ source, id }: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([source, id]);
}

/** What readers of the gateway's stream get, by `senderOf`. */
export async function bySender(mesh: Pick<MeshFile, "nats" | "keys">): Promise<ReadonlyMap<string, StoredEvent>> {
  const facts = (await readTeam("gateway", mesh)).filter(({ subject }) => subject.startsWith("evt."));
  return new Map(facts.flatMap(({ events }) => events.map((event) => [senderOf(event), event] as const)));
}
