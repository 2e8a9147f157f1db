import { type Envelope, encodeBody } from "@armada/contracts";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";

const quiet = { info: () => undefined, warn: () => undefined };
/** How many appends are under way at a time. */
const WINDOW = 1_000;
const DAY_MS = 86_400_000;
/** One run in so many failed. */
const FAILED = 50;

export const WORKFLOW = "orders";

/** What each order's call cost, micro-dollars. */
export const MICROS = 30;

/** The run of an order. */
export const runOf = (order: number): string => `${WORKFLOW}-${order}`;
export const statusOf = (order: number): string => (order % FAILED === 0 ? "failed" : "completed");

/**
 * Journals of runs that have ended, of the orders `from` to `to`, as the team's own replicas write them, over the last day: a
 * start, a step, an end.
 */
export async function fillRuns(team: string, about: { nats: string; keys: string }, from: number, to: number): Promise<void> {
  const connected = await link({ servers: about.nats, identity: await accessIn(about.keys).identity(team), logger: quiet });
  try {
    const { log } = portsOf(connected, team, await Fleet.follow(connected, accessIn(about.keys), quiet), quiet);
    const append = async (subject: string, envelopes: readonly Envelope[]): Promise<void> => {
      const { kind } = await log.append(subject, encodeBody(envelopes));
      if (kind !== "appended") throw new Error(`${subject}: ${kind}`);
    };
    const began = Date.now() - DAY_MS;
    for (let at = from; at < to; at += WINDOW) {
      const orders = Array.from({ length: Math.min(WINDOW, to - at) }, (_, i) => at + i);
      await append(...settled(team, orders, began + Math.floor((at / to) * DAY_MS)));
      for (const n of [1, 2, 3])
        await Promise.all(orders.map((order) => append(...journalMessage(team, order, n, began + Math.floor((order / to) * DAY_MS)))));
    }
  } finally {
    await connected.close();
  }
}

/** What a call of each order cost, in a message of the team's ledger. */
function settled(team: string, orders: readonly number[], at: number): [subject: string, envelopes: Envelope[]] {
  const month = new Date(at).toISOString().slice(0, 7);
  const [first = 0] = orders;
  const ceiling = { micros: 100, tokens: 100 };
  const calls = orders.map((order) => ({
    ...{ call: `c${order}`, account: "*", agent: "clerk", workflow: WORKFLOW, run: runOf(order), tier: "worker", model: "m", ceiling },
    ...{ micros: MICROS, tokens: 10 },
  }));
  const state = { limits: { team: {}, agents: {} }, spent: ceiling, agents: {}, days: {}, blocks: {}, suspects: {} };
  const events = [
    ["settled", { block: "history", at, calls }],
    ["state", state],
  ] as const;
  return [
    `evt.${team}.ledger.settled.${month}.${first + 1}`,
    events.map(([type, data], i) => ({
      ...{ specversion: "1.0" as const, id: `ledger-${first}.${i}`, source: `/teams/${team}`, type: `ledger.${type}`, subject: month },
      ...{ time: new Date(at).toISOString(), data, team, correlationid: month, causationid: month, schemaversion: 1, hops: 0 },
    })),
  ];
}

/** All of them are passive: journals of kind `note` dispatch nothing. */
function journalMessage(team: string, order: number, n: number, time: number): [subject: string, envelopes: Envelope[]] {
  const run = runOf(order);
  const envelope = (type: string, data: unknown, i: number): Envelope => ({
    specversion: "1.0",
    id: i === 0 ? `${run}-${n}-history` : `${run}-${n}-history.${i}`,
    source: `/teams/${team}`,
    type: `armada.${type}`,
    subject: run,
    time: new Date(time + n).toISOString(),
    data,
    team,
    correlationid: run,
    causationid: run,
    schemaversion: 1,
    hops: 0,
  });
  const of = (events: readonly (readonly [type: string, data: unknown])[]): Envelope[] =>
    events.map(([type, data], i) => envelope(type, data, i));
  const failed = statusOf(order) === "failed";
  const output = { order, note: "Two boxes, to the back door, between nine and eleven." };
  switch (n) {
    case 1:
      return [
        `run.${team}.note.outcome.${run}.1`,
        of([
          [
            "run.started",
            {
              workflow: WORKFLOW,
              version: 1,
              source: "",
              input: { order },
              by: { kind: "ask", from: "operator", id: run },
              search: { order: String(order) },
            },
          ],
          ["inline.completed", { n: 1, name: "check", output }],
        ]),
      ];
    case 2:
      return [`run.${team}.note.outcome.${run}.2`, of([["inline.completed", { n: 2, name: "pack", output }]])];
    default:
      return [
        `run.${team}.end.${WORKFLOW}.${run}.3`,
        of([
          failed
            ? ["run.ended", { status: "failed", failure: { code: "SOLD_OUT", message: "there is none left" } }]
            : ["run.ended", { status: "completed", output }],
        ]),
      ];
  }
}
