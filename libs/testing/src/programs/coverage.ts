const MOMENTS = ["none", "at its request", "while it waits", "at its outcome"] as const;
type Moment = (typeof MOMENTS)[number];

/** What the calls of a `ctx` may come to. A fact is stated in the message that asks for it: nothing dies while it waits. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  agent: ["completed", "completed after failures", "degraded", "refused", "parked", "left open"],
  step: ["completed", "completed after failures", "failed", "refused", "left open"],
  call: ["answered", "refused", "timed out", "left open"],
  emit: ["emitted"],
  sleep: ["fired", "left open"],
  deadline: ["fired", "left open"],
  wait: ["met", "timed out", "left open"],
  approval: [
    "approved",
    "expired, cancel",
    "expired, fail",
    "expired, continue",
    "not approved, cancel",
    "not approved, fail",
    "not approved, continue",
    "left open",
  ],
};

/** Calls by operation, outcome, and where a replica died: at the message that made them, between, at the one that ended them. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(covered: readonly string[]): void {
    for (const cell of covered) this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + 1);
  }

  /** Cells without a call. */
  holes(): string[] {
    return cells().flatMap(([op, outcome, moment]) =>
      this.#counts.has(`${op}|${outcome}|${moment}`) ? [] : [`${op}, ${outcome}, death ${moment}`],
    );
  }

  table(): string {
    const width = 16;
    const rows = Object.entries(CELLS).flatMap(([op, outcomes]) =>
      outcomes.map((outcome) => {
        const counts = MOMENTS.map((moment) =>
          String(this.#counts.get(`${op}|${outcome}|${moment}`) ?? (possible(op, outcome, moment) ? 0 : "-")),
        );
        return `${`${op}, ${outcome}`.padEnd(34)}${counts.map((count) => count.padStart(width)).join("")}`;
      }),
    );
    return [`${"a replica died".padEnd(34)}${MOMENTS.map((moment) => moment.padStart(width)).join("")}`, ...rows].join("\n");
  }
}

function cells(): [string, string, Moment][] {
  return Object.entries(CELLS).flatMap(([op, outcomes]) =>
    outcomes.flatMap((outcome) =>
      MOMENTS.flatMap((moment): [string, string, Moment][] => (possible(op, outcome, moment) ? [[op, outcome, moment]] : [])),
    ),
  );
}

function possible(op: string, outcome: string, moment: Moment): boolean {
  if (outcome === "left open" || outcome === "parked") return moment !== "at its outcome";
  return op !== "emit" || moment === "none" || moment === "at its request";
}
