import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { behind } from "./fence.ts";
import { statusOf } from "./stored-headers.ts";

const TIMEOUT_MS = 5_000;
/** Looks at a stream whose leader has more than any replica that answers: some five seconds. */
const MOST_LOOKS = 50;

/** The leader's word on the last sequence that matches, 0 for none: a replica does not say how far it looked. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function lastAtLeader(link: Link, stream: string, filter: string): Promise<number> {
  const answer = await link.mux.request(`${apiOf(link, stream)}.STREAM.MSG.GET.${stream}`, JSON.stringify({ last_by_subj: filter }), {
    timeout: TIMEOUT_MS,
  });
  if ("failed" in answer) throw unavailable(answer.failed);
  if (statusOf(answer).code === 503) throw unavailable("no stream answers");
  const { error, message } = JSON.parse(answer.string()) as { error?: { code: number; description: string }; message?: { seq: number } };
  if (message === undefined && error?.code !== 404) throw unavailable(`${stream}: ${error?.description ?? "an answer without a message"}`);
  return message?.seq ?? 0;
}

/** How far whoever reads all must come in a cluster, where who answers may be behind its leader; 0 where a server is alone. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function endAtLeader(link: Link, stream: string, filters: readonly string[]): Promise<number> {
  if (link.connection.info?.cluster === undefined) return 0;
  return Math.max(...(await Promise.all(filters.map((filter) => lastAtLeader(link, stream, filter)))));
}

/** Waits before the next of `looks` for a sequence that no replica has yet. @throws ArmadaError `LOG_UNAVAILABLE` after 50 of them */
export async function untilReached(stream: string, end: number, looks: number): Promise<void> {
  if (looks >= MOST_LOOKS) throw unavailable(`no replica of ${stream} has reached sequence ${end}`);
  await behind(looks);
}
