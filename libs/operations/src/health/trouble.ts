import type { RunState, RunView } from "@armada/engine/reading";
import type { QueueThere } from "@armada/nats/client";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";

/** Something about a team that an operator has to act on: `health` shows it, and is not ✓ over it. */
export type Trouble = {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** What to do. */
  readonly next?: string;
};

/** What to do where something that was provisioned is not there. */
export const MAKE_AGAIN = "`armada provision` makes what is missing; `armada up` does so by itself";

/** One line of `doctor`. `from`: where a setting comes from. */
export type Finding = {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly from?: string;
  readonly ok: boolean;
  readonly next?: string;
};

/** A run without an end, as its journal tells it now. */
export type OpenRun = { readonly view: RunView; readonly state: RunState };

/**
 * `unread`: those that cannot be read, a trouble each, which does not take the others away. `others`: how many more are open, where
 * they are too many to read all.
 */
export type OpenRuns = { readonly runs: readonly OpenRun[]; readonly unread: readonly Trouble[]; readonly others: number };

/** What a look at a team goes by. */
export type Looked = {
  readonly session: Session;
  readonly team: MeshTeam;
  readonly queues: readonly QueueThere[];
  /** Its open runs, read once, whoever asks. */
  open(): Promise<OpenRuns>;
  /** Those of the processes that `up` started for it that are alive; undefined where the mesh file does not tell. */
  readonly replicas?: { readonly alive: number; readonly started: number };
  /** ms since 1970. */
  readonly now: number;
};

/** One kind of trouble; nothing where there is none. */
export type Look = (about: Looked) => Promise<readonly Trouble[]> | readonly Trouble[];
