import { createHash } from "node:crypto";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { NoRespondersError, PermissionViolationError } from "@nats-io/transport-node";
import { ownerOf } from "../accounts/crossings.ts";
import { apiOf, managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { isNoStream } from "../connection/no-stream.ts";
import { unavailable } from "../connection/unavailable.ts";
import { pendingAfter } from "../direct-reads/pending.ts";
import type { Source } from "./topology.ts";

const WAIT_MS = 10_000;
/** nats-server's error code for "consumer not found". */
const NO_CONSUMER = 10014;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What a team's stream takes from another's. */
export type SourceThere = {
  readonly from: string;
  readonly filter: string;
  /** Facts under the filter that the origin has and that have not come; by sequences, for the server's own figure is two short, and 0 of a source that has stopped. */
  readonly missing: number;
  /** When the oldest of them was stored, ms since 1970; undefined where none is missing. */
  readonly since: number | undefined;
  /** Whether the origin is on this server. */
  readonly there: boolean;
};

/** The sources of a team's stream from other teams. */
export async function sourcesThere(link: Link, team: string): Promise<SourceThere[]> {
  const manager = await managerOf(link, `TEAM_${team}`);
  const { config } = await manager.streams.info(`TEAM_${team}`);
  const sources = ((config.sources ?? []) as readonly Source[]).filter(({ name }) => name.startsWith("TEAM_"));
  const wanted = await Promise.all(sources.map(async (source) => ({ name: source.name, filter: await filterOf(link, source) })));
  return Promise.all(
    wanted.flatMap(({ name, filter }) => (filter === undefined ? [] : [lookAt(link, manager, `TEAM_${team}`, name, filter)])),
  );
}

/** Across accounts it is the consumer that knows the filter; undefined where its stream or it is not there. */
async function filterOf(link: Link, { name, filter_subject: filter, consumer }: Source): Promise<string | undefined> {
  if (consumer === undefined) return filter;
  const manager = await managerOf(link, name);
  return notThere(manager.consumers.info(name, consumer.name).then(({ config }) => config.filter_subject));
}

async function lookAt(link: Link, manager: JetStreamManager, stream: string, origin: string, filter: string): Promise<SourceThere> {
  const about = { from: origin.slice("TEAM_".length), filter };
  const giver = await managerOf(link, origin);
  const created = await notThere(giver.streams.info(origin).then((info) => info.created));
  if (created === undefined) return { ...about, missing: 0, since: undefined, there: false };
  const copied = await copiedOf(manager, stream, filter, identityOf(created));
  const missing = await pendingAfter(await link.in(ownerOf(origin)), origin, [filter], copied);
  if (missing === 0) return { ...about, missing: 0, since: undefined, there: true };
  return { ...about, missing, since: await timeAfter(link, origin, filter, copied), there: true };
}

/** Undefined where nothing of the name is on this server, or, in another account, nothing that is ours to see. */
function notThere<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (isNoStream(error) || (error instanceof JetStreamApiError && error.code === NO_CONSUMER)) return undefined;
    if (isNobody(error) || (error instanceof Error && isNobody(error.cause))) return undefined;
    throw error;
  });
}

/** Nobody answers where the account has no stream, and what an identity may not ask is of an account that is not there. */
function isNobody(error: unknown): boolean {
  return error instanceof NoRespondersError || error instanceof PermissionViolationError;
}

/** When the first message under a filter after a sequence was stored, ms since 1970. */
async function timeAfter(link: Link, stream: string, filter: string, seq: number): Promise<number | undefined> {
  const wanted = JSON.stringify({ seq: seq + 1, next_by_subj: filter });
  const { mux } = await link.in(ownerOf(stream));
  const answer = await mux.request(`${apiOf(link, stream)}.STREAM.MSG.GET.${stream}`, wanted, { timeout: WAIT_MS });
  if ("failed" in answer) throw unavailable(answer.failed);
  const { message } = JSON.parse(answer.string()) as { message?: { time: string } };
  return message === undefined ? undefined : Date.parse(message.time);
}

/** The sequence in the origin of the last copy, 0 where there is none of the stream that now has the name. */
export async function copiedOf(manager: JetStreamManager, stream: string, filter: string, identity: string): Promise<number> {
  const message = await manager.streams.getMessage(stream, { last_by_subj: filter });
  const [, seq = "0", , , , of] = message?.header.get("Nats-Stream-Source").split(" ") ?? [];
  return of === undefined || of === identity ? Number(seq) : 0;
}

/** The server's identity of a stream (nats-server 2.15, `getHash`): eight characters of the SHA-256 of its creation. */
export function identityOf(created: string): string {
  return [...createHash("sha256").update(created).digest().subarray(0, 8)].map((byte) => DIGITS[byte % DIGITS.length]).join("");
}
