import type { RunState, WaitState } from "../journal/state.ts";

/** An ask of another team, or a wait for an event, as `runs show --json` prints it. */
export type CallView = {
  /** Which of the workflow's calls. */
  readonly n: number;
  readonly kind: "ask" | "event";
  /** `risk.check_fraud`; of an event its type and the id waited for. */
  readonly what: string;
  /** `taken`: the event came. `refused`: the other team said no, or the event's data is no JSON. `withdrawn`: the run ended first. */
  readonly status: "open" | "answered" | "taken" | "refused" | "timed_out" | "withdrawn";
  /** ISO-8601. */
  readonly askedAt: string;
  /** When it was settled, ISO-8601. */
  readonly at?: string;
  /** The event that was taken, as `armada trace` takes it. */
  readonly event?: string;
  /** Why it was refused. */
  readonly failure?: { readonly code: string; readonly message: string };
};

export function callsOf({ waits, ended }: RunState): CallView[] {
  return [...waits.values()].flatMap((wait): CallView[] => {
    if (wait.kind !== "ask" && wait.kind !== "wait") return [];
    const { n, askedAt, closed, failure } = wait;
    const event = wait.kind === "wait" ? wait.event : undefined;
    return [
      {
        n,
        ...(wait.kind === "ask"
          ? { kind: "ask", what: `${wait.data.to}.${wait.data.capability}` }
          : { kind: "event", what: `${wait.data.type} ${wait.data.id}` }),
        status: wait.open ? (ended === undefined ? "open" : "withdrawn") : closedAs(wait),
        askedAt,
        ...(closed === undefined ? {} : { at: closed }),
        ...(event === undefined ? {} : { event }),
        ...(failure === undefined ? {} : { failure }),
      },
    ];
  });
}

function closedAs(wait: WaitState & { readonly kind: "ask" | "wait" }): CallView["status"] {
  if (wait.failure !== undefined) return "refused";
  if (wait.kind === "ask") return wait.answered === true ? "answered" : "timed_out";
  return wait.event === undefined ? "timed_out" : "taken";
}
