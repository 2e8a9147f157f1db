import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { MeshFile } from "../harness/product.ts";
import { readTeam, type Stored } from "./streams.ts";

const Amount = z.object({ micros: z.number(), tokens: z.number() });
export type Amount = z.infer<typeof Amount>;

/** What a ledger's message says of its state, as far as a judge needs it. */
const State = z.looseObject({
  funded: Amount.optional(),
  spent: Amount,
  days: z.record(z.string(), z.looseObject({ spent: Amount })),
  blocks: z.record(z.string(), z.looseObject({ replica: z.string(), until: z.number(), held: z.record(z.string(), Amount) })),
  suspects: z.record(z.string(), z.looseObject({ ceiling: Amount, at: z.number() })),
});
const Closed = z.object({ block: z.string(), lapsed: z.boolean() });

/** A ledger after one of its messages. */
export type Entry = {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What the team may spend of the fleet's limit; undefined before it was granted anything. */
  readonly funded: Amount | undefined;
  readonly spent: Amount;
  readonly reserved: Amount;
  readonly suspect: Amount;
  /** Calls. */
  readonly suspects: readonly string[];
  /** Blocks that came back because their leases ended, with when they ended. */
  readonly lapsed: readonly { readonly block: string; readonly until: number }[];
  readonly blocks: readonly string[];
};

/** A team's ledger, message by message, read from its stream. */
export async function readLedger(team: string, about: Pick<MeshFile, "nats" | "keys">): Promise<Entry[]> {
  return ledgerIn(team, await readTeam(team, about));
}

export function ledgerIn(team: string, stored: readonly Stored[]): Entry[] {
  let until: ReadonlyMap<string, number> = new Map();
  return stored
    .filter(({ subject }) => subject.startsWith(`evt.${team}.ledger.`))
    .map(({ seq, time, events }) => {
      const { funded, spent, blocks, suspects } = State.parse(events.at(-1)?.data);
      const ended = until;
      until = new Map(Object.entries(blocks).map(([block, one]) => [block, one.until]));
      const closed = events.flatMap(({ type, data }) => (type === "armada.ledger.closed" ? [Closed.parse(data)] : []));
      return {
        seq,
        time,
        funded,
        spent,
        reserved: sum(Object.values(blocks).flatMap(({ held }) => Object.values(held))),
        suspect: sum(Object.values(suspects).map(({ ceiling }) => ceiling)),
        suspects: Object.keys(suspects),
        lapsed: closed.filter(({ lapsed }) => lapsed).map(({ block }) => ({ block, until: ended.get(block) ?? time })),
        blocks: Object.keys(blocks),
      };
    });
}

export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce((a, b) => ({ micros: a.micros + b.micros, tokens: a.tokens + b.tokens }), { micros: 0, tokens: 0 });
}

const Line = z.looseObject({
  at: z.string(),
  event: z.enum(["arrival", "end"]),
  id: z.string(),
  call: z.string().optional(),
  model: z.string(),
  tokens: z.looseObject({
    input: z.number(),
    output: z.number(),
    cacheRead: z.number(),
    cacheWrite5m: z.number(),
    cacheWrite1h: z.number(),
  }),
  billed: z.boolean(),
  costMicros: z.number(),
  outcome: z.string(),
});
export type ProviderLine = z.infer<typeof Line>;

/** The provider's own log, which is the judge. */
export function providerLog(file: string): ProviderLine[] {
  return (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []).map((line) => Line.parse(JSON.parse(line)));
}

/** What the provider billed. */
export function billedIn(lines: readonly ProviderLine[]): Amount {
  return sum(
    lines
      .filter(({ event, billed }) => event === "end" && billed)
      .map(({ costMicros, tokens: { input, output, cacheRead, cacheWrite5m, cacheWrite1h } }) => ({
        micros: costMicros,
        tokens: input + output + cacheRead + cacheWrite5m + cacheWrite1h,
      })),
  );
}
