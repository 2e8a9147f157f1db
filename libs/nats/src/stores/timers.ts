import { buildSubject } from "@armada/contracts";
import type { Timers } from "@armada/event-sourcing";
import { headers } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import { appendedFrom } from "../log/appended.ts";
import { statusOf } from "../log/stored-headers.ts";

/** Timers as scheduled messages in `TIMERS_<team>`; the ticks are sourced into the team's stream. */
export function jetstreamTimers(link: Link, team: string): Timers {
  return {
    at: async ({ run, n }, time, body) => {
      const subject = buildSubject({ kind: "timer", team, run, n });
      const h = headers();
      h.set("Nats-Schedule", `@at ${new Date(time).toISOString()}`);
      h.set("Nats-Schedule-Target", buildSubject({ kind: "tick", team, run, n }));
      h.set("Nats-Expected-Last-Subject-Sequence", "0");
      const answer = await link.mux.request(subject, body, { headers: h, timeout: 5_000 });
      if ("failed" in answer) return { kind: answer.refused ? "refused" : "unavailable", reason: answer.failed };
      if (statusOf(answer).code === 503) return { kind: "unavailable", reason: "no stream answers" };
      return appendedFrom(answer.string());
    },
  };
}
