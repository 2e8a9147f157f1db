import { readFileSync } from "node:fs";
import { EmitError, type Emitter } from "armada-emit";
import type { ClientBase } from "pg";

const TAKE = readFileSync(new URL("take.sql", import.meta.url), "utf8");
/** Of one key, in one transaction. */
const DEPTH = 20;

type Row = { id: string; event_id: string; key: string; type: string; subject: string | null; data: string | null; at: Date };

/** `done`: events that no longer wait; `why`: what keeps others waiting, where something does. */
export type Relayed = { readonly done: number; readonly why: EmitError | undefined };

/**
 * Sends events that wait, those of a key one after the other, and takes out of the table what the gateway has stored. Killed anywhere,
 * it has sent events that are still in the table: they are sent again, and are the same events. Any number of them may run.
 */
export async function relay(db: ClientBase, events: Emitter): Promise<Relayed> {
  await db.query("BEGIN");
  try {
    // One that hangs loses its keys to others.
    await db.query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    const { rows: heads } = await db.query<{ key: string }>(TAKE);
    const { rows } = await db.query<Row>(
      `SELECT id, event_id, waiting.key, type, subject, data::text AS data, at
       FROM unnest($1::text[]) AS taken(key)
       CROSS JOIN LATERAL (SELECT * FROM outbox WHERE outbox.key = taken.key AND refused IS NULL ORDER BY id LIMIT ${DEPTH}) AS waiting
       ORDER BY waiting.id`,
      [heads.map(({ key }) => key)],
    );
    let done = 0;
    let why: EmitError | undefined;
    const held = new Set<string>();
    for (const wave of waves(rows)) {
      const sent = wave.filter(({ key }) => !held.has(key));
      if (sent.length === 0) break; // every key of this wave is held, and what comes later is of those
      const errors = await failures(sent, events);
      const stored = sent.filter(({ id }) => !errors.has(id));
      await db.query("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [stored.map(({ id }) => id)]);
      done += stored.length;
      for (const { id, key } of sent) {
        const error = errors.get(id);
        if (error !== undefined && isRefusal(error)) {
          await db.query("UPDATE outbox SET refused = $2 WHERE id = $1", [id, `${error.code}: ${error.message}`]);
          done++;
        } else if (error !== undefined) {
          held.add(key);
          why = error;
        }
      }
    }
    await db.query("COMMIT");
    return { done, why };
  } catch (error) {
    await db.query("ROLLBACK").catch(() => undefined); // where the connection is gone the server has done it
    throw error;
  }
}

/** The first of each key, then the second of each: so none overtakes another of its key, whatever is tried again. */
function waves(rows: readonly Row[]): Row[][] {
  const depths = new Map<string, number>();
  const placed = rows.map((row) => {
    const depth = depths.get(row.key) ?? 0;
    depths.set(row.key, depth + 1);
    return { row, depth };
  });
  return Array.from({ length: DEPTH }, (_, depth) => placed.flatMap((one) => (one.depth === depth ? [one.row] : [])));
}

/** Sends them, and answers the errors of those that are not stored, by the row's id. */
async function failures(rows: readonly Row[], events: Emitter): Promise<ReadonlyMap<string, EmitError>> {
  const outcomes = await Promise.allSettled(rows.map((row) => emit(row, events)));
  return new Map(
    outcomes.flatMap((outcome, index): [string, EmitError][] => {
      if (outcome.status === "fulfilled") return [];
      if (outcome.reason instanceof EmitError) return [[rows[index]?.id ?? "", outcome.reason]];
      throw outcome.reason;
    }),
  );
}

async function emit({ event_id, type, subject, data, at }: Row, events: Emitter): Promise<void> {
  const about = { id: event_id, time: at, ...(subject === null ? {} : { subject }) };
  await events.emit(type, data === null ? undefined : JSON.parse(data, exact), about);
}

/** PostgreSQL keeps numbers that JavaScript would change. */
function exact(_: string, value: unknown): unknown {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  throw new EmitError("data-invalid", "a number is beyond 2^53", { hint: "write it as text" });
}

/** Whether it is the event that is not taken. A key that is revoked, or may not send it, is no reason to set events aside. */
function isRefusal({ retryable, status, code }: EmitError): boolean {
  return !retryable && ((status !== undefined && ![401, 403, 404, 405].includes(status) && status >= 400) || code === "data-invalid");
}
