import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { clientOptions, RETRY_MS } from "../connection/client-options.ts";
import type { SignThreadData } from "./signs-of-life.ts";
import { SignSlots } from "./slots.ts";
import { Watchdog } from "./watchdog.ts";

/** How often each message at work is said to be alive. */
const EVERY_MS = 2_000;
/** How long the server may take to say that it has the signs; then another connection is made. */
const ANSWER_MS = 2_000;
/** How long after its limit a loop that does not turn is given up with its process. */
const GRACE_MS = 30_000;

const { servers, identity, turns, ends } = workerData as SignThreadData;
const tables: SignSlots[] = [];
parentPort?.on("message", (memory: SharedArrayBuffer) => tables.push(new SignSlots(memory)));

/** Signs what is at work, and returns when the server has all of it or the connection that carried it is closed. */
async function sign(connection: NatsConnection, slots: SignSlots): Promise<void> {
  const signed: number[] = [];
  for (const { slot, subject } of slots.held()) {
    if (!slots.sign(slot)) continue;
    connection.publish(subject, "+WPI");
    signed.push(slot);
  }
  if (signed.length === 0) return;
  try {
    const late = new AbortController();
    const answered = connection.flush().then(() => true);
    const inTime = await Promise.race([answered, sleep(ANSWER_MS, false, { signal: late.signal }).catch(() => false)]);
    late.abort();
    if (!inTime) await connection.close();
  } catch {
    await connection.close(); // it went away, and may have kept what it did not send
  } finally {
    for (const slot of signed) slots.signed(slot);
  }
}

async function connected(): Promise<NatsConnection> {
  for (;;) {
    try {
      return await connect({ ...clientOptions(servers, identity), name: `${identity.name}, signs of life` });
    } catch {
      await sleep(RETRY_MS); // the thread that works says what is wrong with the server
    }
  }
}

const watchdog = new Watchdog(EVERY_MS);
let connection = await connected();
flushCompileCache(); // a thread that is ended keeps nothing: the next would load Node's stripper of types again, 12 MB
for (;;) {
  if (connection.isClosed()) connection = await connected();
  const held = watchdog.look(Atomics.load(turns, 0), performance.now());
  let limit = 0;
  for (const slots of tables) for (const message of slots.held()) limit = Math.max(limit, message.limit);
  if (limit > 0 && held > limit + GRACE_MS && ends) {
    writeSync(2, `${identity.name}: the event loop has not turned for ${Math.round(held / 1_000)} s; ending the process\n`);
    process.kill(process.pid, "SIGKILL");
  }
  if (held <= limit) for (const slots of tables) await sign(connection, slots);
  await sleep(EVERY_MS);
}
