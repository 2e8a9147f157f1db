import { setTimeout as sleep } from "node:timers/promises";
import { buildEnvelope, buildSubject, chainOf, encodeBody, parseSubject } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { headers } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { appendedFrom } from "../log/appended.ts";
import { follow } from "../log/follow.ts";
import { added, statusOf } from "../log/stored-headers.ts";
import { StreamIdentity, streamInfo } from "../log/stream-identity.ts";

const EVERY_MS = 10_000;
/** The server is late by 260 ms at most (docs/engine.md): what has not fired by then is a schedule that it dropped. */
const LATE_MS = 5_000;
const TIMEOUT_MS = 5_000;
const SCHEDULE = "Nats-Schedule";

type Pending = { readonly seq: number; readonly due: number };

/**
 * Sets timers anew that are due and have not fired: nats-server drops a schedule that falls due while there is no room, or
 * that a limit takes away. By the server's own clock, so none is early; several replicas set one once. Ends with the signal.
 */
export async function fireOverdueTimers(link: Link, team: string, logger: Logger, signal: AbortSignal): Promise<void> {
  const stream = `TIMERS_${team}`;
  const pending = new Map<string, Pending>();
  const seen = follow(
    link,
    stream,
    new StreamIdentity(link, stream, logger),
    { filters: [`at.${team}.>`, `tick.${team}.>`], from: 0 },
    (subject, seq, time, message) => ({ subject, seq, time, body: added(message, SCHEDULE), envelopes: [] }),
    ({ subject, seq, body: schedule }) => {
      const parsed = parseSubject(subject);
      if (parsed?.kind === "tick") pending.delete(`${parsed.run}.${parsed.n}`);
      if (parsed?.kind !== "timer") return;
      const due = Date.parse(schedule.replace(/^@at /, ""));
      if (Number.isFinite(due)) pending.set(`${parsed.run}.${parsed.n}`, { seq, due });
    },
    signal,
    logger,
  );
  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at
    if (signal.aborted || pending.size === 0) continue;
    try {
      const now = Date.parse((await streamInfo(link, stream)).now); // replicas' own clocks may be hours off
      const overdue = [...pending].filter(([, { due }]) => due < now - LATE_MS);
      if (overdue.length > 0) logger.warn(`${overdue.length} timers are overdue: set again`, { first: overdue[0]?.[0] });
      for (const [key, { seq }] of overdue) await setAgain(link, team, key, { seq, at: now });
    } catch (error) {
      if (!signal.aborted) logger.warn(`overdue timers wait: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await seen;
}

/** Where the message of the schedule is gone, too, a new one takes its place; who sees its tick first has all that there is. */
async function setAgain(link: Link, team: string, key: string, { seq, at }: { seq: number; at: number }): Promise<void> {
  const dot = key.lastIndexOf(".");
  const [run, n] = [key.slice(0, dot), Number(key.slice(dot + 1))];
  const time = new Date(at).toISOString();
  const id = `${run}-${n}`;
  const about = { id: `${id}.due`, type: "armada.timer.due", subject: id, time, data: { n }, team };
  const body = encodeBody([buildEnvelope(about, { ...chainOf(id), correlation: run })]);
  for (const last of [seq, 0]) {
    const h = headers();
    h.set(SCHEDULE, `@at ${time}`);
    h.set("Nats-Schedule-Target", buildSubject({ kind: "tick", team, run, n }));
    h.set("Nats-Expected-Last-Subject-Sequence", String(last));
    const answer = await link.mux.request(buildSubject({ kind: "timer", team, run, n }), body, { headers: h, timeout: TIMEOUT_MS });
    if ("failed" in answer) throw unavailable(answer.failed);
    if (statusOf(answer).code === 503) throw unavailable("no stream answers");
    const appended = appendedFrom(answer.string());
    if (appended.kind === "full" || appended.kind === "unavailable") throw unavailable(`TIMERS_${team}: ${appended.kind}`);
    if (appended.kind === "appended") return;
  }
}
