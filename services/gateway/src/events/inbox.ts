import {
  asToken,
  buildEnvelope,
  buildSubject,
  chainOf,
  encodeBody,
  eventKey,
  idBy,
  keptAs,
  parseMessage,
  shortHash,
} from "@armada/contracts";
import { isObjectRef, MAX_BODY, type ObjectRef } from "@armada/engine";
import { appendOnce, type Clock, type Log, type Objects, type Outgoing, type Random, spans, type Tracer } from "@armada/event-sourcing";
import { Problem } from "../problem.ts";
import { logFull, type RoomOf, refuseBusy } from "../room.ts";
import type { OutsideEvent } from "./cloud-event.ts";
import { type Declared, heldUpBy, nearest, type TakenType } from "./declared-types.ts";
import type { EventData } from "./event-data.ts";
import { issueField } from "./json-text.ts";

/** `event` is the mesh's id of it; `already`: the log had it before this request. */
export type Accepted = { readonly event: string; readonly seq: number; readonly already: boolean };

export type InboxPorts = {
  readonly log: Pick<Log, "append" | "last">;
  readonly objects: Pick<Objects, "put" | "show">;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  /** Of the gateway's own stream. */
  readonly room: RoomOf;
};

const RETRY_AFTER_S = 2;
/** A person has to mend a team first. */
const MENDED_AFTER_S = 60;
/** How long another write of the same event may be under way, ms. */
const RIVAL_MS = 500;

type Prepared = { readonly key: string; readonly subject: string; readonly outside: OutsideEvent };

/** Makes facts of the gateway from what came from outside: the same source and id is one event, whatever else it says. */
export class Inbox {
  readonly #ports: InboxPorts;
  readonly #declared: () => Declared;
  readonly #undeclared: boolean;

  /** `declared`: what teams want from outside, as of now. */
  constructor(ports: InboxPorts, declared: () => Declared, options: { acceptUndeclared: boolean }) {
    this.#ports = ports;
    this.#declared = declared;
    this.#undeclared = options.acceptUndeclared;
  }

  /**
   * Stores all, in their order, or none where one is not legal. Answers when the log has acknowledged. `sentby`: who sent them, for the log.
   * @throws Problem `type-unknown`, `contract-broken`, `data-invalid`, `log-unavailable` (some may be stored: sending again is safe), `log-full`, `busy`, `id-taken`
   */
  async accept(events: readonly OutsideEvent[], traceparent: string | undefined, sentby?: string): Promise<Accepted[]> {
    const prepared = events.map((event) => this.#prepare(event));
    await refuseBusy(this.#ports.room).catch(async (busy: unknown) => {
      if (!(await this.#areStored(prepared))) throw busy; // what was sent before is nothing new
    });
    const bodies = await Promise.all(prepared.map((one) => this.#data(one.outside)));
    const settled = await Promise.allSettled(prepared.map((one, i) => this.#store(one, bodies[i], traceparent, sentby)));
    return settled.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
  }

  async #areStored(events: readonly Prepared[]): Promise<boolean> {
    const stored = await Promise.all(events.map(({ key }) => this.#ports.log.last(filterOf(key))));
    return stored.every((one) => one !== undefined);
  }

  #prepare(outside: OutsideEvent): Prepared {
    const { id, source, type, data, data_base64, field } = outside;
    const key = shortHash(source, id);
    const declared = this.#declared();
    const waitsFor = heldUpBy(declared, type);
    if (waitsFor !== undefined)
      throw new Problem("contract-broken", `what team ${waitsFor.team} declares does not agree with what others do, this type among it`, {
        field: field("type"),
        retryAfter: MENDED_AFTER_S,
      });
    const kind = declared.types.get(type);
    if (kind === undefined && !this.#undeclared) {
      const near = nearest(declared.types, type);
      throw new Problem(
        "type-unknown",
        near.length === 0 ? "no team declares any type from outside" : `the nearest known types are ${near.join(", ")}`,
        {
          field: field("type"),
          extra: { known: near },
        },
      );
    }
    const name =
      kind === undefined ? undefined : idOf(kind, data_base64 ?? data, field(data_base64 === undefined ? "data" : "data_base64"));
    const token = tokenOf(name) ?? tokenOf(outside.subject) ?? key;
    const { entity, event } = kind ?? { entity: "undeclared", event: "event" };
    return { key, subject: buildSubject({ kind: "fact", team: "gateway", entity, event, id: token, key }), outside };
  }

  /** Large data goes to the object store, where who takes the event may read it, before the append that names it. */
  async #data({ data, data_base64 }: OutsideEvent): Promise<EventData> {
    const whole = { ...(data === undefined ? {} : { data }), ...(data_base64 === undefined ? {} : { data_base64 }) };
    const value = data_base64 ?? data;
    const json = value === undefined ? "" : JSON.stringify(value);
    const bytes = json.length > MAX_BODY / 3 ? Buffer.from(json) : undefined;
    if (bytes === undefined || bytes.length <= MAX_BODY) return whole;
    const $object = await this.#ports.objects.put(bytes);
    await this.#ports.objects.show($object);
    return {
      data: { $object, size: bytes.length, team: "gateway", ...(data_base64 === undefined ? {} : { base64: true }) } satisfies ObjectRef,
    };
  }

  #store({ key, subject, outside }: Prepared, data: EventData | undefined, parent: string | undefined, sentby?: string): Promise<Accepted> {
    const { tracer, clock } = this.#ports;
    const said = outside.others.traceparent;
    return tracer.span(spans.publish("fact"), {}, parent ?? (typeof said === "string" ? said : undefined), (traceparent) => {
      const { id, source, type, subject: about } = outside;
      const arrived = new Date(clock.now()).toISOString();
      const built = buildEnvelope({ id, source, type, subject: about, arrived, ...data, team: "gateway" }, chainOf(key, traceparent));
      return this.#append(
        { subject, id, body: encodeBody([{ ...built, ...kept(outside), ...(sentby === undefined ? {} : { sentby }) }]) },
        key,
      );
    });
  }

  async #append(message: Outgoing, key: string): Promise<Accepted> {
    const { why } = parseMessage(message.subject, message.body);
    if (why !== undefined) throw new Problem("unexpected", `no reader would take this event: ${why}`); // not acknowledged, so not lost
    const filter = filterOf(key);
    const settled = await appendOnce(this.#ports, message, { filter, last: 0 }, { patience: RIVAL_MS });
    switch (settled.kind) {
      case "stored":
        return { event: key, seq: settled.seq, already: settled.already };
      case "taken": {
        // The same event stands there also where another build named it otherwise, or another contract put it elsewhere.
        const stored = await this.#ports.log.last(filter, settled.last);
        if (stored?.envelopes[0] !== undefined && eventKey(stored.envelopes[0]) === key)
          return { event: key, seq: stored.seq, already: true };
        throw new Problem("id-taken", "something that is no event of the gateway holds the place of this source and id", { field: "id" });
      }
      case "full":
        throw await logFull(this.#ports.room);
      case "refused":
        throw new Problem("too-large", `the log does not take this event: ${settled.reason}`);
      case "unavailable":
        throw new Problem("log-unavailable", "the log did not acknowledge; sending the same event again is safe", {
          retryAfter: RETRY_AFTER_S,
        });
      default:
        return settled satisfies never;
    }
  }
}

/** Where the event of a source and id is, whatever it is about. */
const filterOf = (key: string): string => `evt.gateway.*.*.*.${key}`;

/** The sender's other attributes, under the names that the mesh keeps them. */
function kept(outside: OutsideEvent): Record<string, string | number | boolean> {
  return Object.fromEntries(Object.entries(outside.others).map(([name, value]) => [keptAs(name), value]));
}

function idOf(kind: TakenType, data: unknown, field: string): string {
  const parsed = kind.data.safeParse(data);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new Problem("data-invalid", first?.message ?? "it does not fit", {
      field: first === undefined ? field : issueField(field, first),
      extra: { issues: parsed.error.issues.slice(0, 10).map((issue) => ({ field: issueField(field, issue), detail: issue.message })) },
    });
  }
  if (isObjectRef(parsed.data)) throw new Problem("data-invalid", "data may not name an object of the mesh", { field });
  return idBy(kind.id, parsed.data);
}

function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  return text.isWellFormed() ? asToken(text) : shortHash(text);
}
