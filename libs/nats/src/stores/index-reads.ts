import { ArmadaError } from "@armada/contracts";
import type { Logger, Registers } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { pendingAfter, sequenceBefore } from "../direct-reads/pending.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { subjectsIn } from "../streams/inventory.ts";
import { jetstreamRegisters } from "./registers.ts";

/** What a reader asks of a team's index, and of the stream that it is of. */
export type IndexReads = {
  /** Nothing where the team has no index, as one that was never served by a build that keeps it. */
  readonly index: Pick<Registers, "get">;
  /** The keys below one, as the server's own lookup of subjects has them. */
  under(key: string): Promise<string[]>;
  /** How many messages of the team's stream match one of the filters after sequence `from`; nothing of them is read. */
  pendingAfter(filters: readonly string[], from: number): Promise<number>;
};

/** All throw `LOG_UNAVAILABLE`. */
export function indexReads(link: Link, team: string, logger: Logger): IndexReads {
  const stream = `INDEX_${team}`;
  const registers = jetstreamRegisters(link, "index", team, logger);
  const orNothing = async <T>(nothing: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      const there = await streamInfo(link, stream).catch((why: unknown) => why);
      if (there instanceof ArmadaError && there.code === "STREAM_MISSING") return nothing;
      throw error;
    }
  };
  return {
    index: { get: (key) => orNothing(undefined, () => registers.get(key)) },
    under: (key) =>
      orNothing([], async () => {
        const stem = `index.${team}.`;
        return (await subjectsIn(link, stream, `${stem}${key}.>`)).map((subject) => subject.slice(stem.length));
      }),
    pendingAfter: (filters, from) => pendingAfter(link, `TEAM_${team}`, filters, from),
  };
}

/** The sequence after which all messages of a team's stream were stored at or after a time (ms since 1970). @throws ArmadaError `LOG_UNAVAILABLE` */
export function sequenceAt(link: Link, team: string, time: number): Promise<number> {
  return sequenceBefore(link, `TEAM_${team}`, time);
}
