import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { type OutsideEvent, sendEvents } from "../harness/gateway-events.ts";
import { type MeshFile, type Place, place, until, up } from "../harness/product.ts";
import { copyTeam } from "../harness/teams.ts";
import { journalsOf } from "../judges/journals.ts";
import { readTeam, type StoredEvent } from "../judges/streams.ts";

/** A mesh with the team `odds`, whose workflows are the plain programs of cases. */
export type Odds = AsyncDisposable & {
  readonly at: Place;
  mesh(): MeshFile;
  /** Sends `poked` events of one id, in one batch. */
  poke(id: string, ks: readonly number[]): Promise<void>;
  /** All events of a run's journal. */
  journal(run: string): Promise<readonly StoredEvent[]>;
  /** What the run ended with, within `deadline` ms. */
  ended(run: string, deadline?: number): Promise<Ended>;
};

const Ended = z.looseObject({
  status: z.string(),
  output: z.unknown().optional(),
  failure: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type Ended = z.infer<typeof Ended>;

/** How long the mesh stays up for a case that comes next, ms. */
const LINGER_MS = 1_000;
let shared: { readonly odds: Promise<Odds>; users: number; end?: NodeJS.Timeout } | undefined;

/** Cases that follow each other use one mesh; it ends with the last. */
export async function useOdds(): Promise<Odds> {
  shared ??= { odds: start(), users: 0 };
  const mine = shared;
  clearTimeout(mine.end);
  mine.users++;
  const leave = async (): Promise<void> => {
    if (--mine.users > 0) return;
    mine.end = setTimeout(() => {
      shared = undefined;
      void mine.odds.then((odds) => odds[Symbol.asyncDispose]());
    }, LINGER_MS);
  };
  try {
    return { ...(await mine.odds), [Symbol.asyncDispose]: leave };
  } catch (error) {
    shared = undefined;
    throw error;
  }
}

async function start(): Promise<Odds> {
  const copy = copyCheckout();
  copyTeam(copy, "odds");
  const at = place({}, copy.root);
  const running = await up(["--only", "odds,gateway"], at);
  const mesh = running.mesh;
  const journal = async (run: string): Promise<readonly StoredEvent[]> =>
    journalsOf("odds", await readTeam("odds", mesh())).get(run)?.events ?? [];
  let sent = 0;
  return {
    at,
    mesh,
    journal,
    poke: async (id, ks) => {
      const events = ks.map((k): OutsideEvent => ({ id: `${id}-${++sent}`, type: "com.example.odds.poked", data: { id, k } }));
      await sendEvents(mesh(), events);
    },
    ended: (run, deadline = 20_000) =>
      until(`run ${run} to end`, deadline, async () => {
        const end = (await journal(run)).find(({ type }) => type === "armada.run.ended");
        return end === undefined ? undefined : Ended.parse(end.data);
      }),
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      at[Symbol.dispose]();
      copy[Symbol.dispose]();
    },
  };
}
