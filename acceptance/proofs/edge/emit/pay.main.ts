import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { z } from "zod";

/**
 * A system with a database: what is on its stdin, an event a line, is a payment each, which its transaction writes together with the
 * event into the outbox. On its stdout are those that were committed.
 */
const Line = z.object({ id: z.string(), type: z.string(), data: z.looseObject({ n: z.number() }) });
const AT_ONCE = 20;
const KEYS = 50;
const AGAIN_MS = 100;

const left = readFileSync(0, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => Line.parse(JSON.parse(line)));

while (left.length > 0) {
  const db = new Client({ connectionString: process.env.DATABASE_URL });
  db.on("error", () => undefined); // the query that finds it out says it
  try {
    await db.connect();
    while (left.length > 0) {
      const many = left.slice(0, AT_ONCE);
      await db.query("BEGIN");
      for (const { id, type, data } of many) {
        // Killed after a commit that it did not hear of, it pays again what is paid: then there is no second event either.
        const { rowCount } = await db.query("INSERT INTO payment (id) VALUES ($1) ON CONFLICT DO NOTHING", [id]);
        const event = [`order-${data.n % KEYS}`, type, id, data];
        if (rowCount === 1) await db.query("INSERT INTO outbox (key, type, subject, data) VALUES ($1, $2, $3, $4)", event);
      }
      await db.query("COMMIT");
      process.stdout.write(many.map(({ id }) => `${id}\n`).join(""));
      left.splice(0, AT_ONCE);
    }
  } catch (error) {
    if (error instanceof TypeError) throw error;
    await sleep(AGAIN_MS); // the server was killed, and comes again
  }
  await db.end().catch(() => undefined); // it may be gone
}
