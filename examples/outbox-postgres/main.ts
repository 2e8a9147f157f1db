import { setTimeout as sleep } from "node:timers/promises";
import { emitter } from "armada-emit";
import { Client } from "pg";
import { relay } from "./relay.ts";

/**
 * Sends what waits in the table `outbox`, for ever. The database is that of PGHOST and its like, or of DATABASE_URL; the gateway that of
 * ARMADA_GATEWAY_URL, with the key of ARMADA_GATEWAY_KEY_FILE; OUTBOX_SOURCE is what the events' source is.
 */
const IDLE_MS = 200;
const AGAIN_MS = 1_000;

// Tried for a short time only: what is not stored then waits in the table, and holds nobody up but its key.
await using events = emitter({ source: process.env.OUTBOX_SOURCE ?? "/outbox", deadlineMs: 10_000 });

for (let said = ""; ; ) {
  const db = new Client({ connectionString: process.env.DATABASE_URL });
  db.on("error", () => undefined); // the query that finds it out says it
  try {
    await db.connect();
    for (;;) {
      const { done, why } = await relay(db, events);
      said = say(said, why);
      if (done === 0) await sleep(IDLE_MS);
    }
  } catch (error) {
    said = say(said, error instanceof Error ? error : new Error(String(error)));
    void db.end().catch(() => undefined); // not waited for: that of a connection which is gone may never come
    await sleep(AGAIN_MS);
  }
}

/** Says once what keeps events waiting. */
function say(said: string, why: Error | undefined): string {
  const text = why?.message ?? "";
  if (text !== said && text !== "") console.error(`events wait: ${text}`);
  return text;
}
