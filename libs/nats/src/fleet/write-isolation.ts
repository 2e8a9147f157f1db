import { buildSubject, type Isolation, isolationMessage } from "@armada/contracts";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { FLEET } from "../streams/names.ts";
import type { Fleet } from "./fleet.ts";
import { isSaid, lastOf, TRIES } from "./say.ts";

/**
 * Decides on an isolation as it is now (undefined: never isolated) and says so; `now`: the server's time, ms since 1970. Answers the
 * isolation with it, undefined where `judge` has nothing to say. The link's identity is administration's.
 * @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING`, and what `judge` throws
 */
export async function writeIsolation(
  link: Link,
  fleet: Fleet,
  prefix: string,
  judge: (known: Isolation | undefined, now: number) => Omit<Isolation, "revision"> | undefined,
): Promise<Isolation | undefined> {
  const manager = await managerOf(link, FLEET);
  const subject = buildSubject({ kind: "isolation", prefix });
  for (let tries = 1; ; tries++) {
    const last = await lastOf(link, subject);
    await fleet.caughtUp();
    const before = fleet.isolations.get(prefix);
    const { ts } = await manager.streams.info(FLEET);
    const now = ts === undefined ? Date.now() : Date.parse(ts);
    const decided = judge(before, now);
    if (decided === undefined) return undefined;
    const isolation = { ...decided, revision: Math.max((before?.revision ?? 0) + 1, now) };
    const { id, body } = isolationMessage(isolation, new Date(now).toISOString());
    if (await isSaid(link, { subject, id, body, last }, tries === TRIES)) return isolation;
  }
}
