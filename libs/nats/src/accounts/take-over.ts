import { existsSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { FLEET } from "../streams/names.ts";
import { isOurs } from "../streams/room.ts";
import { ownerOf } from "./crossings.ts";

/** The account of a server that has no others. */
const GLOBAL = "$G";

/** A stream's folder, and where its owner's account has it. */
export type Move = { readonly stream: string; readonly from: string; readonly to: string };

/**
 * What is in a server's one account and belongs into its owners'. @throws ArmadaError `NOT_OUR_STREAMS`, `STREAM_THERE`
 */
export async function movesInto(data: string): Promise<readonly Move[]> {
  const folder = join(data, "jetstream", GLOBAL, "streams");
  const streams = existsSync(folder) ? (await readdir(folder)).sort() : [];
  const strange = streams.filter((name) => name !== FLEET && !isOurs(name));
  if (strange.length > 0)
    throw new ArmadaError("NOT_OUR_STREAMS", `${data} has streams that are no team's: ${strange.join(", ")}`, {
      hint: "their users would not find them in an account: take them to a server of their own",
    });
  const moves = streams.map((stream) => ({
    stream,
    from: join(folder, stream),
    to: join(data, "jetstream", ownerOf(stream), "streams", stream),
  }));
  const twice = moves.filter(({ to }) => existsSync(to)).map(({ stream }) => stream);
  if (twice.length > 0)
    throw new ArmadaError(
      "STREAM_THERE",
      `${data} has ${twice.join(", ")} twice: in the server's one account and in an account of its owner`,
      {
        hint: "keep a copy of the folder, then remove of each the one that is not wanted",
      },
    );
  return moves;
}

/**
 * Moves streams while no server runs, by renaming folders, which keeps sequences, positions of consumers, what is unacknowledged, and
 * timers. Cut off midway, it is done again with what is left. Answers the streams.
 */
export async function takeOver(moves: readonly Move[]): Promise<readonly string[]> {
  for (const { from, to } of moves) {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  }
  return moves.map(({ stream }) => stream);
}
