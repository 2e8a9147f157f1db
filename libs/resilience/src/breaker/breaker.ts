/**
 * A circuit breaker that all replicas of a team share (engine rule 19). It is an aggregate of its own; only what changes it is stored:
 *
 *            calls fail                    until is over, one replica's decision
 *   closed ─────────────> open ──────────────────────────────────> half open ── probe is well ──> closed
 *                           ^──────────── probe failed, or was lost ─────┘
 *
 * Here is the decision alone. An expectation holds each to the state that it was made on: of all that want to try, one does.
 */
import type { Decider } from "@armada/event-sourcing";
import type { BreakerEvent, BreakerState } from "./events.ts";

/** What a replica wants of a breaker at `at`, ms since 1970, by the server's clock. Lengths in ms. */
export type BreakerCommand =
  /** Its calls say so, all of them begun after it closed. */
  | { readonly type: "open"; readonly at: number; readonly ms: number; readonly why: string }
  /** A call wants to be the one that tries, and says within `ms` what came of it. */
  | { readonly type: "try"; readonly at: number; readonly ms: number; readonly probe: string }
  /** What came of the probe; `unknown`: nothing that says anything of its subject. */
  | {
      readonly type: "tried";
      readonly at: number;
      readonly ms: number;
      readonly probe: string;
      readonly came: "well" | "failed" | "unknown";
    }
  /** A person says so, for so long. */
  | { readonly type: "set"; readonly at: number; readonly ms: number; readonly to: "open" | "closed"; readonly why: string };

/** A breaker's decisions. */
export const breaker: Decider<BreakerState, BreakerCommand, BreakerEvent> = {
  initial: () => ({ status: "closed", opened: 0 }),
  evolve: ({ opened, why, by }, event) => {
    const cause = { ...(why === undefined ? {} : { why }), ...(by === undefined ? {} : { by }) };
    const { at, ...data } = event.data;
    switch (event.type) {
      case "opened":
        return { ...data, status: "open", since: at, opened: opened + 1 };
      case "probing":
        return { ...cause, ...data, status: "half_open", since: at, opened };
      case "yielded":
        return { ...cause, ...data, status: "open", since: at, opened };
      case "closed":
        return { ...data, status: "closed", since: at, opened };
      default:
        return event satisfies never;
    }
  },
  decide: (command, state) => {
    const { at, ms } = command;
    const [now, until] = [iso(at), iso(at + ms)];
    switch (command.type) {
      case "open":
        if (state.status !== "closed" || isBefore(at, state.until) || isBefore(at, state.since)) return [];
        return [{ type: "opened", data: { at: now, until, why: command.why, by: "calls" } }];
      case "try":
        return mayTry(state, at) ? [{ type: "probing", data: { at: now, until, probe: command.probe } }] : [];
      case "tried":
        if (state.status !== "half_open" || state.probe !== command.probe) return [];
        if (command.came === "well") return [{ type: "closed", data: { at: now, by: "probe" } }];
        if (command.came === "unknown") return [{ type: "yielded", data: { at: now, until } }];
        return [{ type: "opened", data: { at: now, until, why: "the call that tried it failed", by: "probe" } }];
      case "set":
        if (command.to === "open") return [{ type: "opened", data: { at: now, until, why: command.why, by: "operator" } }];
        return [{ type: "closed", data: { at: now, until, why: command.why, by: "operator" } }];
      default:
        return command satisfies never;
    }
  },
};

/** Whether a call may be the one that tries. */
export function mayTry({ status, until }: BreakerState, at: number): boolean {
  return status !== "closed" && until !== undefined && Date.parse(until) <= at;
}

function isBefore(at: number, instant: string | undefined): boolean {
  return instant !== undefined && at < Date.parse(instant);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
