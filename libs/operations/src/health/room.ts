import { randomBytes } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import { levelOf, ROOM_HINT, roomText } from "@armada/event-sourcing";
import { type Look, MAKE_AGAIN, type Trouble } from "./trouble.ts";

/** Streams that it should have and the server has not. */
export const streams: Look = async ({ session, team: { name } }) => {
  const missing = await session.missing(name);
  return missing.length === 0 ? [] : [streamsGone(missing)];
};

/** The trouble of streams, by name, that are not there: one of them at least. */
export function streamsGone(names: readonly string[]): Trouble {
  return {
    code: "STREAM_MISSING",
    message: `${names.length === 1 ? "the stream" : "the streams"} ${names.join(", ")} ${names.length === 1 ? "is" : "are"} not there`,
    next: MAKE_AGAIN,
  };
}

/** Streams that have no room left, or hardly: each named with its bytes. */
export const room: Look = async ({ session, team: { name } }) =>
  (await session.rooms(name)).flatMap((one) => {
    const level = levelOf(one);
    if (level === "free") return [];
    const what = level === "full" ? "no work is handed out" : "new runs are refused";
    return [{ code: level === "full" ? "STREAM_FULL" : "STREAM_BUSY", message: `${roomText(one)}: ${what}`, next: ROOM_HINT }];
  });

/**
 * Whether the team's stream takes messages, which only a message can tell: after a failed write all else about it looks well.
 * Full is another trouble, and what cannot be reached at all others say. Where no replica serves the team nobody would take the
 * message: it would wait there, as work.
 */
export const writable: Look = async ({ session, team: { name }, queues }) => {
  if (queues.every(({ workers }) => workers === 0)) return [];
  try {
    await session.ask(name, "health_check", randomBytes(8).toString("hex"), {});
    return [];
  } catch (error) {
    if (!(error instanceof ArmadaError) || error.code === "LOG_FULL") return [];
    return [
      {
        code: "STREAM_NOT_WRITABLE",
        message: `the stream TEAM_${name} answers no writer: ${error.message}`,
        next: "start its nats-server again, with room on its disk; `armada up` does so by itself for its own",
      },
    ];
  }
};
