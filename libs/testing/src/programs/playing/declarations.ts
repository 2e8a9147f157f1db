import { capability, event, external } from "@armada/contracts";
import { z } from "zod";
import type { EventName } from "../drawing/program.ts";

/** When each world's clock begins, and when the hours of `later` do. */
export const BEGAN = Date.parse("2026-01-01T00:00:00Z");
export const OPENS = BEGAN + 15_000;
/** When something came that came before the world, and where a subscription may begin. */
export const THEN = BEGAN - 1_000;
export const FROM = {
  beginning: "beginning",
  now: "now",
  "its time": { time: new Date(THEN).toISOString() },
  "after it": { time: new Date(THEN + 1).toISOString() },
} as const;
/** What a start carries that starts nothing. */
export const DECLINED = "declined";
/** How long the call lasts that is made beside a `continueAsNew`. */
export const BESIDE_MS = 70_001;
/** A function that holds the event loop for longer is named in the log, ms. */
export const NAMED_MS = 1_000;
/** The zone whose days limits count that are drawn for a day, and when its first one ends. */
export const DAYS = { zone: "Etc/GMT+1", ends: BEGAN + 3_600_000 } as const;
/** How long something lasts that a function waits for beside its context. */
export const ASIDE_MS = 50.37;
/** The keys by which each run is found. */
export const SEARCH = { drawn: "yes" } as const;
/** What each model call costs. */
export const COST = { micros: 100, tokens: 10 };
/** What an answer from a cache did not cost. */
export const SAVED = { micros: 70, tokens: 7 };

export const TEAM = "alpha";
export const OTHER = "beta";
export const GATEWAY = "gateway";

/** A node, and the how-manieth time the program comes to it. */
export const At = z.object({ at: z.string(), visit: z.string() });
export type At = z.infer<typeof At>;
export const Input = z.object({ generation: z.number().int(), carry: z.unknown().optional() });
const Told = z.object({ id: z.string(), k: z.unknown() });
/** As `nudged` was at version 1. */
const Before = z.object({ id: z.string(), old: z.unknown() });
/** What a third of those who read it make of it: no value that a journal holds. */
const Unheld = Told.transform(({ id, k }) => ({ id, k: typeof k === "number" && k % 3 === 2 ? BigInt(k) : k }));
const Started = z.object({ id: z.string(), carry: z.unknown().optional() });

/** Data of `nudged` at version 1, at version 2; nothing where it is of that form already. */
export function newer(data: unknown): { id: string; k: unknown } | undefined {
  if (Told.safeParse(data).success) return undefined;
  const { id, old } = Before.parse(data);
  return { id, k: old };
}

/** For those who read version 3: nobody does yet. */
function ofVersion3(): never {
  throw new Error("data of version 2 is read as of version 3");
}

/** `begun` starts runs. */
export const kinds = {
  poked: event(`${TEAM}.thing.poked`, { version: 1, id: (data) => data.id, data: Told }),
  nudged: event(`${OTHER}.thing.nudged`, { version: 2, id: (data) => data.id, data: Told, upcasts: { 1: newer, 2: ofVersion3 } }),
  seen: external("com.example.thing.seen", { data: z.union([z.string(), Unheld]) }),
  begun: event(`${OTHER}.thing.begun`, { version: 1, id: (data) => data.id, data: Started }),
} as const;
export const awaited = kinds as unknown as Readonly<Record<EventName | "begun", typeof kinds.poked>>;

export const serve = capability(`${TEAM}.serve`, { input: z.unknown(), output: z.unknown() });
/** What code answers: twice what it is given. */
export const double = capability(`${TEAM}.double`, { input: z.number(), output: z.number() });
export const answer = capability(`${OTHER}.answer`, { input: At, output: z.unknown() });
