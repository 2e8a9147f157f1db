/** What limits the streams, in bytes. */
export type Room = {
  /** Free on the disk of the streams; absent where that disk is not ours to look at. */
  readonly free?: number;
  /** The most that all streams together may hold, where configured. */
  readonly total?: number;
  /** The most that the streams of a team together may hold, where configured. */
  readonly teams?: Readonly<Record<string, number>>;
};

/** A stream and what it holds, in bytes. */
export type Held = { readonly name: string; readonly bytes: number };

const MiB = 1024 * 1024;
/** Of what is free, streams may take this; the rest is for indexes, compaction and other files. */
const SHARE_OF_FREE = 0.75;
/** Never taken: a server whose disk is full answers no publisher until it is started again. */
const KEPT_FREE = 64 * MiB;
/** Where nothing tells how large a server's disk is. */
const UNKNOWN_TOTAL = 10 * 1024 * MiB;
/** The least that a stream is made with: a bound of 0 is none. */
const LEAST = MiB;
/** Of the room, this much is divided evenly, whatever streams hold; the rest goes where it is used. */
const EVEN = 0.1;
/** A team's room by stream. Those of the first kind refuse what does not fit, those of the second forget their oldest. */
const KEEPING: Readonly<Record<string, number>> = { TEAM: 0.55, OBJECTS: 0.25, DRAWS: 0.05, INDEX: 0.05, SHOWN: 0.03 };
const FORGETTING: Readonly<Record<string, number>> = { CACHE: 0.03, REG: 0.02, TIMERS: 0.02 };

/**
 * By how much all streams together may grow: three quarters of what is free now, but for 64 MiB, or what a configured
 * total leaves. `used`: what all streams of the server hold.
 */
export function growthIn(room: Room, used: number): number {
  const ofDisk = room.free === undefined ? Infinity : Math.min(room.free * SHARE_OF_FREE, room.free - KEPT_FREE);
  const total = room.total ?? (room.free === undefined ? UNKNOWN_TOTAL : Infinity);
  return Math.max(0, Math.floor(Math.min(ofDisk, total - used)));
}

/**
 * The bound of each stream. Streams that keep what they have get it and a part of the growth, by what they hold and, for a
 * tenth of the room, evenly; so the bounds together promise what is there and no more, but for 1 MiB a stream. What a team's
 * caches, registers and timers may hold is a fixed part of an even division. A team with a room of its own is outside of it.
 */
export function boundsOf(streams: readonly Held[], growth: number, own: NonNullable<Room["teams"]> = {}): ReadonlyMap<string, number> {
  const bounds = new Map<string, number>();
  const divided: Held[] = [];
  let left = growth;
  for (const stream of streams) {
    const { kind, team } = partsOf(stream.name);
    const room = Object.hasOwn(own, team) ? own[team] : undefined;
    if (room === undefined) divided.push(stream);
    else {
      const bound = Math.max(LEAST, Math.floor(room * (KEEPING[kind] ?? FORGETTING[kind] ?? 0)));
      bounds.set(stream.name, bound);
      left -= Math.max(0, bound - stream.bytes);
    }
  }
  left = Math.max(0, left);
  const teams = new Set(divided.map(({ name }) => partsOf(name).team)).size;
  const even = (divided.reduce((sum, { bytes }) => sum + bytes, 0) + left) / Math.max(1, teams);
  for (const { name, bytes } of divided) {
    const { kind } = partsOf(name);
    const part = FORGETTING[kind];
    if (part === undefined) continue;
    // A timer that is forgotten does not fire: what is pending stays.
    const bound = Math.max(LEAST, Math.floor(even * part), kind === "TIMERS" ? bytes : 0);
    bounds.set(name, bound);
    left -= Math.max(0, bound - bytes);
  }
  left = Math.max(0, left);
  const keeping = divided.filter(({ name }) => FORGETTING[partsOf(name).kind] === undefined);
  const weigh = ({ name, bytes }: Held): number => bytes + even * EVEN * (KEEPING[partsOf(name).kind] ?? 0);
  const all = keeping.reduce((sum, stream) => sum + weigh(stream), 0);
  for (const stream of keeping)
    bounds.set(stream.name, Math.max(LEAST, stream.bytes + (all === 0 ? 0 : Math.floor((left * weigh(stream)) / all))));
  return bounds;
}

/** Whether a bound is worth an update: free space changes by the second. */
export function differs(now: number, wanted: number): boolean {
  return now <= 0 || Math.abs(now - wanted) > now / 10;
}

/** Whether a stream is one of the mesh's, by its name. */
export function isOurs(name: string): boolean {
  const { kind } = partsOf(name);
  return Object.hasOwn(KEEPING, kind) || Object.hasOwn(FORGETTING, kind);
}

/** Whether a stream is one of the team's. */
export function isStreamOf(name: string, team: string): boolean {
  return isOurs(name) && partsOf(name).team === team;
}

function partsOf(name: string): { kind: string; team: string } {
  const at = name.indexOf("_");
  return { kind: name.slice(0, at), team: name.slice(at + 1) };
}
