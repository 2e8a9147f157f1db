import type { Link } from "@armada/nats";
import { jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { type RawMessage, rawMessages } from "../../judges/raw-messages.ts";
import { Streams } from "../../judges/streams.ts";
import { KINDS, TEAMS } from "./contracts.ts";
import type { Owner } from "./matrix.ts";

/** What there is in one stream that must stay: how it and its lasting consumers are, where they stand, and where its messages begin and end. */
export type There = {
  readonly account: string;
  readonly stream: string;
  /** What nobody may change. */
  readonly kept: string;
  readonly last: number;
  readonly consumers: readonly string[];
  /** How far each has got: it never goes back. */
  readonly reached: Readonly<Record<string, number>>;
};

const HOLDERS = [...TEAMS, "operator", "provisioner"];
/** Of these streams older messages go when newer ones come; what is in the others stays. */
const GROWS = /^(?:TEAM|OBJECTS)_/u;

/** All streams of all accounts, as administration sees them. */
export async function allThere(admin: Link): Promise<readonly There[]> {
  const found: There[] = [];
  for (const account of HOLDERS) {
    const manager = await jetstreamManager((await admin.in(account)).connection, { checkAPI: false, timeout: 10_000 });
    for await (const info of manager.streams.list()) {
      const all = await Array.fromAsync(manager.consumers.list(info.config.name));
      const lasting = all.filter(({ config }) => config.durable_name !== undefined && config.durable_name !== "spy");
      found.push({
        account,
        stream: info.config.name,
        kept: JSON.stringify([about(info), lasting.map(({ name, created, config, paused }) => [name, created, config, paused ?? false])]),
        last: info.state.last_seq,
        consumers: lasting.map(({ name }) => name),
        reached: Object.fromEntries(lasting.map(({ name, delivered }) => [name, delivered.stream_seq])),
      });
    }
  }
  return found;
}

function about({ config, created, state }: StreamInfo): unknown {
  return [config, created, ...(GROWS.test(config.name) ? [state.first_seq, state.num_deleted ?? 0] : [])];
}

/** What is no longer as it was, each with its account. */
export function changedFrom(before: readonly There[], after: readonly There[]): readonly string[] {
  const now = new Map(after.map((one) => [`${one.account}/${one.stream}`, one]));
  const gone = before.flatMap((was) => {
    const name = `${was.account}/${was.stream}`;
    const is = now.get(name);
    now.delete(name);
    if (is === undefined) return [`${name} is gone`];
    const back = Object.entries(was.reached).filter(([consumer, seq]) => (is.reached[consumer] ?? 0) < seq);
    return [
      ...(is.kept === was.kept ? [] : [`${name} is another: ${was.kept.slice(0, 300)} then ${is.kept.slice(0, 300)}`]),
      ...(is.last < was.last ? [`${name} ended at ${was.last}, now at ${is.last}`] : []),
      ...back.map(([consumer]) => `${name}: ${consumer} went back`),
    ];
  });
  return [...gone, ...[...now.keys()].map((name) => `${name} is new`)];
}

/** What was stored since, by whoever. */
export async function storedSince(admin: Link, before: readonly There[]): Promise<readonly (RawMessage & { readonly account: string })[]> {
  const found: (RawMessage & { account: string })[] = [];
  for (const { account, stream, last } of before)
    for (const message of await rawMessages(new Streams(admin), stream, ">", last + 1)) found.push({ ...message, account });
  return found;
}

/** The accounts as a matrix wants them; those that have no streams are given those that they would have. */
export function ownersOf(there: readonly There[]): readonly Owner[] {
  return [...HOLDERS, "archiver"].map((name) => {
    const own = there.filter(({ account }) => account === name).map(({ stream, consumers }) => ({ stream, consumers }));
    return { name, targets: own.length > 0 ? own : KINDS.map((kind) => ({ stream: `${kind}_${name}`, consumers: [] })) };
  });
}
