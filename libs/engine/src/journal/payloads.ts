import type { Envelope } from "@armada/contracts";
import type { Objects } from "@armada/event-sourcing";
import type { JournalEvent } from "./events.ts";
import { ownCopy } from "./own-copy.ts";

/** Bodies above this go to the object store; the event holds digest and size. Bytes of UTF-8. */
export const MAX_BODY = 64 * 1024;
/** Values of this size are moved first; where that is not enough, of the next. Bytes. */
const WORTH_MOVING = [4 * 1024, 256] as const;
const VALUES = ["input", "output", "data", "show", "context", "details"] as const;

/** Stands where a large value was: its JSON is in `team`'s object store. `base64`: it was an event's data in base64. */
export type ObjectRef = { readonly $object: string; readonly size: number; readonly team: string; readonly base64?: true };

/** Whether a value stands for one that is in the object store. */
export function isObjectRef(value: unknown): value is ObjectRef {
  return typeof value === "object" && value !== null && "$object" in value && typeof value.$object === "string";
}

/** What a message of `sender` holds: a value of it that was moved to the objects is one that this sender gave, whatever it says. */
export function sentBy(sender: string, value: unknown): unknown {
  return isObjectRef(value) ? { ...value, team: sender } : value;
}

/** Moves large values of journal events to the object store, and brings them back. */
export class Payloads {
  readonly #objects: Pick<Objects, "put" | "get" | "getShown">;
  readonly #team: string;

  constructor(objects: Pick<Objects, "put" | "get" | "getShown">, team: string) {
    this.#objects = objects;
    this.#team = team;
  }

  /** The body that `make` gives, with the largest values moved out until it fits. Objects are put before the append that names them. */
  async offload(
    events: readonly JournalEvent[],
    make: (events: readonly JournalEvent[]) => { body: string; envelopes: readonly Envelope[] },
  ): Promise<{ body: string; envelopes: readonly Envelope[]; events: readonly JournalEvent[] }> {
    const whole = make(events);
    if (whole.body.length <= MAX_BODY / 3 || Buffer.byteLength(whole.body) <= MAX_BODY) return { ...whole, events };
    let moved = events;
    let made = whole;
    for (const size of WORTH_MOVING) {
      moved = await Promise.all(moved.map((event) => this.#move(event, size)));
      made = make(moved);
      if (Buffer.byteLength(made.body) <= MAX_BODY) break;
    }
    return { ...made, events: moved };
  }

  /** A copy of `value`, or of what it refers to. @throws ArmadaError `OBJECT_MISSING`, `OBJECT_CORRUPT` */
  async resolve(value: unknown): Promise<unknown> {
    if (!isObjectRef(value)) return ownCopy(value);
    return valueIn(await this.#objects.get(value.$object, value.team));
  }

  /** As `resolve`, of what a fact of `giver` holds. */
  async resolveFact(value: unknown, giver: string): Promise<unknown> {
    if (!isObjectRef(value)) return ownCopy(value);
    return valueIn(await this.#objects.getShown(value.$object, giver));
  }

  async resolveEvent(event: JournalEvent): Promise<JournalEvent> {
    const data: Record<string, unknown> = event.data;
    const refs = VALUES.filter((key) => isObjectRef(data[key]));
    if (refs.length === 0) return event;
    const values = await Promise.all(refs.map(async (key) => [key, await this.resolve(data[key])] as const));
    return { type: event.type, data: { ...data, ...Object.fromEntries(values) } } as JournalEvent;
  }

  async #move(event: JournalEvent, worth: number): Promise<JournalEvent> {
    const data: Record<string, unknown> = event.data;
    const changed: Record<string, unknown> = {};
    for (const key of VALUES) {
      const value = data[key];
      if (value === undefined || isObjectRef(value)) continue;
      const bytes = Buffer.from(JSON.stringify(value));
      if (bytes.length < worth) continue;
      const ref: ObjectRef = { $object: await this.#objects.put(bytes), size: bytes.length, team: this.#team };
      changed[key] = ref;
    }
    return { type: event.type, data: { ...data, ...changed } } as JournalEvent;
  }
}

function valueIn(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}
