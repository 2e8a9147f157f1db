import { createHash } from "node:crypto";
import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { dismiss, ephemeral } from "../log/consume.ts";

const WAIT_MS = 10_000;
/** nats-server's error code for "stream not found". */
const NO_STREAM = 10059;
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
  const manager = await jetstreamManager(link.connection, { timeout: WAIT_MS, checkAPI: false });
  const { config } = await manager.streams.info(`TEAM_${team}`);
  const wanted = (config.sources ?? []).flatMap(({ name, filter_subject: filter }) =>
    name.startsWith("TEAM_") && filter !== undefined ? [{ name, filter }] : [],
  );
  return Promise.all(wanted.map(({ name, filter }) => lookAt(link, manager, `TEAM_${team}`, name, filter)));
}

async function lookAt(link: Link, manager: JetStreamManager, stream: string, origin: string, filter: string): Promise<SourceThere> {
  const about = { from: origin.slice("TEAM_".length), filter };
  const created = await manager.streams.info(origin).then(
    (info) => info.created,
    (error: unknown) => {
      if (error instanceof JetStreamApiError && error.code === NO_STREAM) return undefined;
      throw error;
    },
  );
  if (created === undefined) return { ...about, missing: 0, since: undefined, there: false };
  const copied = await copiedOf(manager, stream, filter, identityOf(created));
  const consumer = await ephemeral(link, origin, { filters: [filter], from: copied });
  dismiss(link, consumer);
  if (consumer.pending === 0) return { ...about, missing: 0, since: undefined, there: true };
  return { ...about, missing: consumer.pending, since: await timeAfter(link, origin, filter, copied), there: true };
}

/** When the first message under a filter after a sequence was stored, ms since 1970. */
async function timeAfter(link: Link, stream: string, filter: string, seq: number): Promise<number | undefined> {
  const wanted = JSON.stringify({ seq: seq + 1, next_by_subj: filter });
  const answer = await link.mux.request(`$JS.API.STREAM.MSG.GET.${stream}`, wanted, { timeout: WAIT_MS });
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
