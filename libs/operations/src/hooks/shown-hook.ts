import type { TeamManifest } from "@armada/contracts";
import type { Log, Registers } from "@armada/event-sourcing";
import { choicesIn, sourcesOf, unknownIn } from "./choice.ts";
import type { Hook } from "./hook-file.ts";
import { type Doing, doing, type Held, type HookState, readState, stateKey } from "./hook-state.ts";
import { shownTarget } from "./target.ts";

/** What a look at hooks needs of a mesh. */
export type HookReads = {
  log(team: string): Pick<Log, "page">;
  registers(team: string): Pick<Registers, "get">;
  sequenceAt(team: string, time: number): Promise<number>;
  manifests(): ReadonlyMap<string, TeamManifest>;
};

/** A hook as it is shown. `new`: no gateway has taken it up. Times are ISO-8601, UTC. */
export type ShownHook = {
  readonly name: string;
  /** Without what stands behind the host. */
  readonly url: string;
  readonly types: readonly string[];
  readonly runs: readonly string[];
  readonly state: Doing["state"] | "new";
  readonly since?: string;
  /** How many its receiver has taken. */
  readonly sent: number;
  /** How many messages of the streams were not read yet, some of which it may not want. */
  readonly behind: number;
  /** Keys that wait for another try, and those that are parked. */
  readonly waiting: number;
  readonly parked: number;
  readonly error?: string;
  /** Of its types and runs those that no team has. */
  readonly unknown: readonly string[];
};

/** What a key is parked with. Times are ISO-8601, UTC. */
export type ParkedKey = {
  readonly id: string;
  readonly key: string;
  readonly tries: number;
  readonly since: string;
  /** Whether more of its key waits behind it. */
  readonly more: boolean;
  readonly error: string;
};

/** @throws ArmadaError `LOG_UNAVAILABLE` */
export async function stateOfHook(reads: Pick<HookReads, "registers">, { name, made }: Hook): Promise<HookState | undefined> {
  return readState((await reads.registers("gateway").get(stateKey(name)))?.value, made);
}

/** A hook as its record and the streams have it now. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function shownHook(reads: HookReads, hook: Hook): Promise<ShownHook> {
  const state = await stateOfHook(reads, hook);
  const { name, types, runs } = hook;
  const lacking = unknownIn(hook, choicesIn(reads.manifests().values()));
  const about = { name, url: shownTarget(hook.url), types, runs, unknown: [...lacking.types, ...lacking.runs] };
  const behind = await behindOf(reads, hook, state);
  if (state === undefined) return { ...about, state: "new", sent: 0, behind, waiting: 0, parked: 0 };
  const now = doing(state);
  const parked = state.held.filter((held) => held.parked !== undefined).length;
  return {
    ...about,
    state: now.state,
    ...(now.since === undefined ? {} : { since: iso(now.since) }),
    sent: state.taken,
    behind,
    waiting: state.held.length - parked,
    parked,
    ...(state.error === undefined ? {} : { error: state.error.text }),
  };
}

/** What a hook has parked, the oldest first. */
export function parkedOf(state: HookState | undefined): readonly ParkedKey[] {
  const parked = (state?.held ?? []).filter((held): held is Held & { parked: number } => held.parked !== undefined);
  return parked.map(({ id, key, tries, parked: since, seq, last, error }) => ({
    id,
    key,
    tries,
    since: iso(since),
    more: last > seq,
    error,
  }));
}

async function behindOf(reads: HookReads, hook: Hook, state: HookState | undefined): Promise<number> {
  const sources = [...sourcesOf(hook, reads.manifests().values()).values()];
  const each = sources.map(async ({ team, filter }) => {
    const { seq, time } = state?.marks[filter] ?? { seq: undefined, time: Date.parse(hook.from) };
    const from = seq ?? (time === 0 ? 0 : await reads.sequenceAt(team, time));
    const { messages, left } = await reads.log(team).page(filter, from, { messages: 1, bytes: 1 });
    return messages.length + left;
  });
  return (await Promise.all(each)).reduce((sum, one) => sum + one, 0);
}

const iso = (ms: number): string => new Date(ms).toISOString();
