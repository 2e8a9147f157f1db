import { isDeepStrictEqual } from "node:util";
import { ArmadaError, buildEnvelope, buildSubject, chainOf, digestOf, type Envelope, encodeBody, parseSubject } from "@armada/contracts";
import { type AppendPorts, appendJudged, type Outgoing } from "./append-once.ts";
import type { Decider } from "./decider.ts";
import type { Log, Message, Random } from "./ports.ts";

/** An event of an aggregate without an end; the first one of a decision names the message. */
export type EndlessEvent = { readonly type: string; readonly data: unknown };

/**
 * An aggregate without an end (engine rule 16): each of its messages holds a decision's events and, last, the state that
 * they gave. So loading is one read of its last message, and the expectation is that message's sequence.
 */
export type Endless<S, E extends EndlessEvent> = {
  readonly team: string;
  /** Names of `[a-z][a-z0-9_]{0,47}`, as the events' types are. */
  readonly entity: string;
  readonly id: string;
  /** Each throws on what this build does not know. */
  parseEvent(type: string, data: unknown): E;
  parseState(data: unknown): S;
};

/** The aggregate as its last message has it. `seq` and `version` are 0 before the first one. */
export type Held<S> = { readonly state: S; readonly version: number; readonly seq: number; readonly prev: string | undefined };

/** What was decided, none where it is so already, and the aggregate as it is with it. */
export type EndlessOutcome<S, E> = { readonly events: readonly E[]; readonly held: Held<S> };

type EndlessPorts = AppendPorts & { readonly random: Random };

/** A decision as its message has it. */
type Written<S, E> = Outgoing & { readonly events: readonly E[]; readonly state: S; readonly version: number };

/** All messages of the aggregate, whatever their events. */
export function endlessFilter({ team, entity, id }: { readonly team: string; readonly entity: string; readonly id: string }): string {
  return `evt.${team}.${entity}.*.${id}.*`;
}

/** The aggregate now, at least as of sequence `atLeast`. @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE` */
export async function loadEndless<S, E extends EndlessEvent>(
  log: Pick<Log, "last">,
  decider: Pick<Decider<S, never, E>, "initial">,
  aggregate: Endless<S, E>,
  atLeast = 0,
): Promise<Held<S>> {
  const message = await log.last(endlessFilter(aggregate), atLeast);
  if (message === undefined) return { state: decider.initial(), version: 0, seq: 0, prev: undefined };
  const { state, version } = readEndless(aggregate, message);
  return { state, version, seq: message.seq, prev: digestOf(message.body) };
}

/**
 * Decides until the decision holds: on a conflict from the newer state, where the log does not answer again and again until
 * `signal` aborts. `known` spares the read where nobody else has written. No events where it is so already.
 * @throws the signal's reason; ArmadaError `STATE_UNREADABLE`, `LOG_REFUSED`
 */
export async function handleEndless<S, C, E extends EndlessEvent>(
  ports: EndlessPorts,
  decider: Decider<S, C, E>,
  aggregate: Endless<S, E>,
  command: C,
  { known, signal }: { known?: Held<S> | undefined; signal?: AbortSignal } = {},
): Promise<EndlessOutcome<S, E>> {
  const { log, clock, random } = ports;
  const judged = await appendJudged(
    ports,
    {
      filter: endlessFilter(aggregate),
      read: (atLeast) => loadEndless(log, decider, aggregate, atLeast),
      judge: ({ state, version, prev }) => {
        const events = decider.decide(command, state);
        if (events.length === 0) return undefined;
        const after = events.reduce(decider.evolve, state);
        return write(aggregate, { events, state: after, version: version + 1, writer: random.id(), prev, now: clock.now() });
      },
    },
    { known, signal },
  );
  if (judged.kind === "nothing") return { events: [], held: judged.view };
  const { subject, body, events, state, version } = judged.message;
  if (judged.kind === "refused") throw new ArmadaError("LOG_REFUSED", `${subject} is never stored: ${judged.reason}`);
  return { events, held: { state, version, seq: judged.seq, prev: digestOf(body) } };
}

/** What a message of the aggregate says. @throws ArmadaError `STATE_UNREADABLE` */
export function readEndless<S, E extends EndlessEvent>(
  aggregate: Pick<Endless<S, E>, "parseEvent" | "parseState" | "entity">,
  { subject, envelopes }: Message,
): { readonly events: readonly E[]; readonly state: S; readonly version: number } {
  const parsed = parseSubject(subject);
  const last = envelopes.at(-1);
  try {
    if (parsed?.kind !== "fact" || last === undefined) throw new Error("it is no fact");
    const events = envelopes.slice(0, -1).map(({ type, data }) => aggregate.parseEvent(type.split(".").at(-1) ?? "", data));
    return { events, state: aggregate.parseState(last.data), version: Number(parsed.key) };
  } catch (cause) {
    throw new ArmadaError("STATE_UNREADABLE", `${subject} does not hold a state of ${aggregate.entity} that this build knows`, {
      cause,
      hint: "a newer build may have written it: run that one, or see `armada events show`",
    });
  }
}

/**
 * The first message whose state is not what folding the events before it gives; undefined where all agree.
 * `messages` are all of the aggregate's, in order.
 */
export function misfolded<S, E extends EndlessEvent>(
  decider: Pick<Decider<S, never, E>, "initial" | "evolve">,
  aggregate: Endless<S, E>,
  messages: readonly Message[],
): { readonly seq: number; readonly folded: S; readonly written: S } | undefined {
  let folded = decider.initial();
  for (const message of messages) {
    const { events, state: written } = readEndless(aggregate, message);
    folded = events.reduce(decider.evolve, folded);
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(folded)), written)) return { seq: message.seq, folded, written };
  }
  return undefined;
}

function write<S, E extends EndlessEvent>(
  { team, entity, id }: Endless<S, E>,
  about: { events: readonly E[]; state: S; version: number; writer: string; prev: string | undefined; now: number },
): Written<S, E> {
  const { events, state, version, writer, prev, now } = about;
  const first = `${entity}-${id}-${version}-${writer}`;
  const time = new Date(now).toISOString();
  const chain = { ...chainOf(first), correlation: `${entity}-${id}` };
  const envelope = (name: string, data: unknown, index: number): Envelope => {
    const own = index === 0 ? { id: first, prev } : { id: `${first}.${index}` };
    return buildEnvelope({ ...own, type: `armada.${entity}.${name}`, subject: id, time, data, team }, chain);
  };
  const envelopes = [...events.map(({ type, data }, index) => envelope(type, data, index)), envelope("state", state, events.length)];
  const subject = buildSubject({ kind: "fact", team, entity, event: events[0]?.type ?? "", id, key: String(version) });
  return { subject, id: first, body: encodeBody(envelopes), events, state, version };
}
