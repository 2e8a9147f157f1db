import { appendFileSync, writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { clientOptions, RETRY_MS } from "../connection/client-options.ts";
import { culprit } from "./culprit.ts";
import type { SignThreadData } from "./signs-of-life.ts";
import { SignSlots } from "./slots.ts";
import { Watchdog } from "./watchdog.ts";

/** How often each message at work is said to be alive. */
const EVERY_MS = 2_000;
/** How often the watchdog looks. */
const LOOK_MS = 250;
/** How long the server may take to say that it has the signs; then another connection is made. */
const ANSWER_MS = 2_000;
/** How long after its limit a loop that waits for something else than the processor is given up with its process. */
const GRACE_MS = 30_000;
/** How long it may take to find out what holds a loop, and to give back what was at work. */
const LOOKING_MS = 1_000;

const { servers, identity, turns, stuck } = workerData as SignThreadData;
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

/** The longest limit of what is at work; 0 where nothing is. */
function longestLimit(): number {
  let limit = 0;
  for (const slots of tables) for (const message of slots.held()) limit = Math.max(limit, message.limit);
  return limit;
}

/** Says in a register of the team which step, or workflow function, held the loop. */
async function tell(register: string, held: Readonly<Record<string, unknown>>): Promise<void> {
  if (connection === undefined || connection.isClosed()) return;
  const body = JSON.stringify({ ...held, at: Date.now() });
  const said = connection.request(`reg.${identity.name}.${register}`, body, { timeout: LOOKING_MS });
  await said.catch(() => undefined); // the server is away: it holds the next process, too
}

/** What was at work comes to another worker at once. */
async function giveBack(): Promise<void> {
  if (connection === undefined || connection.isClosed()) return;
  for (const slots of tables) for (const { subject } of slots.held()) connection.publish(subject, "-NAK");
  await Promise.race([connection.flush(), sleep(LOOKING_MS)]).catch(() => undefined); // the server is away: it hears of it by the silence
}

/** Ends the process whose event loop is held for good, and says what held it, unless it turns again meanwhile. */
async function end(seconds: number, { logFile, register }: NonNullable<SignThreadData["stuck"]>): Promise<void> {
  const turn = Atomics.load(turns, 0);
  const { step, at, letGo } = await culprit(LOOKING_MS);
  if (Atomics.load(turns, 0) !== turn) return letGo();
  const isWorkflow = step?.workflow !== undefined;
  if (step !== undefined && register !== undefined) await tell(register, step);
  await giveBack();
  const who =
    step === undefined
      ? "code of no step"
      : isWorkflow
        ? `the function of workflow ${String(step.workflow)}`
        : `step ${String(step.step)} (${String(step.agent)})`;
  const line = {
    level: "error",
    time: new Date().toISOString(),
    service: identity.name,
    pid: process.pid,
    msg: `${who} has held the event loop for ${seconds} s: the process ends, and what else was in hand goes on elsewhere`,
    code: "EVENT_LOOP_HELD",
    ...step,
    ...(at === undefined ? {} : { at }),
    hint: isWorkflow
      ? "its run is stopped; put long work into an agent, then `armada runs retry ID`"
      : "limits.isolate of the agent has such work run beside its replica",
  };
  const text = `${JSON.stringify(line)}\n`;
  if (logFile === undefined) writeSync(1, text);
  else appendFileSync(logFile, text, { mode: 0o600 });
  process.kill(process.pid, "SIGKILL");
}

const watchdog = new Watchdog(LOOK_MS);
let connection: NatsConnection | undefined;
let held = { ms: 0, cpuMs: 0 };
let ending = false;
setInterval(() => {
  const { user, system } = process.cpuUsage();
  held = watchdog.look(Atomics.load(turns, 0), performance.now(), (user + system) / 1_000);
  const limit = longestLimit();
  if (stuck === undefined || ending || limit === 0) return;
  if (held.cpuMs < stuck.cpuMs && held.ms < limit + GRACE_MS) return;
  ending = true;
  void end(Math.round(held.ms / 1_000), stuck).finally(() => {
    ending = false;
  });
}, LOOK_MS);

connection = await connected();
flushCompileCache(); // a thread that is ended keeps nothing: the next would load Node's stripper of types again, 12 MB
for (;;) {
  if (connection.isClosed()) connection = await connected();
  if (!ending && held.ms <= longestLimit()) for (const slots of tables) await sign(connection, slots);
  await sleep(EVERY_MS);
}
