import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import type { JetStreamManager } from "@nats-io/jetstream";
import { z } from "zod";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import type { Access } from "../identity/access.ts";
import type { PublicKeys } from "../identity/identities.ts";
import { FRESH_MS } from "../identity/key-ring.ts";
import { withoutAccounts } from "../log/accounts-after.ts";
import type { Backup } from "./backup.ts";
import { isStreamOf } from "./room.ts";
import { restoreStream } from "./snapshot.ts";

const State = z.object({ messages: z.number(), bytes: z.number(), last_seq: z.number() });
/** Until it is provisioned, a stream may grow by so much. */
const GROWTH = 64 * 1024 * 1024;

/** A stream as it was restored. */
export type Restored = { readonly stream: string; readonly messages: number; readonly lastSeq: number };

/** A team as it was restored. `identity`: of its secret key, whether the folder had it, got it, or has another that signs now. */
export type RestoredTeam = {
  readonly streams: readonly Restored[];
  readonly identity: "there" | "placed" | "another" | undefined;
  /** Public keys that the folder of identities did not know: readers there take what they signed from now on. */
  readonly believed: PublicKeys;
};

/**
 * Makes a team's streams of their snapshots: sequences, positions of consumers, what is pending and schedules as they were.
 * Streams of the team that are there and empty give way, as does its own where it holds nothing but copies of others' facts. Where one fails, those that were made are taken away again. Before
 * that, `access`, of the server's identities, gets the team's own where it has none of that name, and the public keys of
 * who wrote into the streams, so that what they hold is believed. Nothing is written where the backup is of another team.
 * @throws ArmadaError `STREAM_THERE`, `NOT_A_BACKUP`, `RESTORE_FAILED`
 */
export async function restoreTeam(link: Link, team: string, { snapshots, seed, writers }: Backup, access: Access): Promise<RestoredTeam> {
  const manager = await managerOf(link, `TEAM_${team}`);
  for (const { config } of snapshots)
    if (!isStreamOf(config.name, team))
      throw new ArmadaError("NOT_A_BACKUP", `it holds ${config.name}, which is no stream of ${team}`, {
        hint: "name the team that it is of",
      });
  if (!snapshots.some(({ config }) => config.name === `TEAM_${team}`))
    throw new ArmadaError("NOT_A_BACKUP", `it holds no stream TEAM_${team}`, { hint: "name the team that it is of" });
  const empty: string[] = [];
  for await (const { config, state } of manager.streams.list()) {
    if (!isStreamOf(config.name, team)) continue;
    if (state.last_seq > 0 && (config.name !== `TEAM_${team}` || (await hasOwn(manager, team, 0))))
      throw new ArmadaError("STREAM_THERE", `${config.name} is there already, with ${state.messages} messages`, {
        hint: `\`armada remove team ${team}\` on that server first, where that is not wanted`,
      });
    empty.push(config.name);
  }
  const identity = seed === undefined ? undefined : await access.place(team, seed);
  const believed = await access.believe(writers);
  // Who read the keys just before would call forged what they signed; reading takes its time too.
  if (identity === "placed" || believed.size > 0) await sleep(2 * FRESH_MS);
  for (const stream of empty) await manager.streams.delete(stream);
  const restored: Restored[] = [];
  try {
    // Its timers first: the team's stream takes their ticks from there.
    const order = [...snapshots].sort((a, b) => Number(b.config.name.startsWith("TIMERS_")) - Number(a.config.name.startsWith("TIMERS_")));
    for (const snapshot of order) {
      const { name } = snapshot.config;
      const { messages, bytes, last_seq } = State.parse(snapshot.state);
      const metadata = withoutAccounts(snapshot.config.metadata);
      await restoreStream(link, { ...snapshot, config: { ...snapshot.config, metadata, max_bytes: bytes + GROWTH } });
      restored.push({ stream: name, messages, lastSeq: last_seq });
    }
    return { streams: restored, identity, believed };
  } catch (error) {
    for (const { stream } of restored) await manager.streams.delete(stream).catch(() => undefined); // the first failure is told
    throw error;
  }
}

/**
 * Whether something was written to a team's streams since they were read out that is nowhere else: not ticks, which a restored
 * timer gives as well, nor copies, which their origin has.
 */
export async function writtenSince(link: Link, team: string, { lastSeq }: Restored): Promise<boolean> {
  return hasOwn(await managerOf(link, `TEAM_${team}`), team, lastSeq);
}

async function hasOwn(manager: JetStreamManager, team: string, after: number): Promise<boolean> {
  for (const kind of ["evt", "run", "ask", "ans"]) {
    const last = await manager.streams.getMessage(`TEAM_${team}`, { last_by_subj: `${kind}.${team}.>` });
    if ((last?.seq ?? 0) > after) return true;
  }
  return false;
}
