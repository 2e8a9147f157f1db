import { z } from "zod";
import { drawFaults, FaultRates, type Faults } from "./faults.ts";

const Milliseconds = z.number().nonnegative().optional();

/** What can be changed while the server runs; what is absent stays as it is. */
export const Control = z.strictObject({
  delayMs: Milliseconds,
  pieceMs: Milliseconds,
  batchMs: Milliseconds,
  batchExpire: z.boolean().optional(),
  /** All shares anew: those that are absent are zero. */
  faults: FaultRates.optional(),
  /** New requests stay unanswered until it is false again. */
  hold: z.boolean().optional(),
  /** Every request gets this status and body, and is not billed, until it is null again. */
  refuse: z.object({ status: z.number().int(), body: z.unknown() }).nullable().optional(),
});
export type Control = z.infer<typeof Control>;

export type Settings = {
  readonly delayMs: number;
  readonly pieceMs: number;
  readonly batchMs: number;
  readonly batchExpire: boolean;
  readonly hold: boolean;
  readonly faults: Faults;
  readonly refuse: Control["refuse"];
  change(control: Control): void;
  /** Resolves with true when nothing is held, with false when the signal came first. */
  passed(signal: AbortSignal): Promise<boolean>;
  /** Requests that are held now. */
  readonly held: number;
};

export function settingsOf(first: Control): Settings {
  const faults = drawFaults(first.faults);
  const now = { delayMs: 0, pieceMs: 0, batchMs: 200, batchExpire: false };
  const waiting = new Set<() => void>();
  let hold = false;
  let refusing: Control["refuse"] = first.refuse;
  const change = ({ faults: rates, hold: held = hold, refuse = refusing, ...rest }: Control): void => {
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) Object.assign(now, { [name]: value });
    if (rates !== undefined && rates !== first.faults) faults.set(rates);
    hold = held;
    refusing = refuse;
    if (!hold) for (const release of [...waiting]) release();
  };
  change(first);
  return {
    get delayMs() {
      return now.delayMs;
    },
    get pieceMs() {
      return now.pieceMs;
    },
    get batchMs() {
      return now.batchMs;
    },
    get batchExpire() {
      return now.batchExpire;
    },
    get hold() {
      return hold;
    },
    get held() {
      return waiting.size;
    },
    get refuse() {
      return refusing;
    },
    faults,
    change,
    passed(signal) {
      if (signal.aborted) return Promise.resolve(false);
      if (!hold) return Promise.resolve(true);
      return new Promise((resolve) => {
        const end = (passed: boolean) => () => {
          waiting.delete(release);
          resolve(passed);
        };
        const release = end(true);
        waiting.add(release);
        signal.addEventListener("abort", end(false), { once: true });
      });
    },
  };
}
