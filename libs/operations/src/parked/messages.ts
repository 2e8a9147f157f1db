import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@armada/event-sourcing";
import { z } from "zod";
import type { Session } from "../mesh/session.ts";
import type { Settling } from "./settle.ts";

/** A message that belongs to no run, set aside as a fact of the team. `seq`: where it stands in the team's stream; `queue`: whose worker set it aside. */
const ParkedMessage = z.object({ seq: z.number(), queue: z.string(), subject: z.string(), reason: z.string(), deliveries: z.number() });
export type ParkedMessage = z.infer<typeof ParkedMessage> & { readonly team: string };

const Became = z.object({ seq: z.number(), queue: z.string(), replica: z.string().optional(), reason: z.string().optional() });

/** What became of it. `failed`: it was tried again in vain, for `reason`. Else as of steps. */
export type SettledMessage = Pick<ParkedMessage, "team" | "seq"> & {
  readonly kind: "taken" | "failed" | "nothing" | "unanswered";
  readonly replica?: string;
  readonly reason?: string;
};

/** So long a replica may take what it is asked for, and so much longer it is looked for, ms. */
const TAKE_MS = 10_000;
const GRACE_MS = 3_000;
const LOOK_MS = 100;

/** Messages that no run's attempts would end, and that nobody has worked again or given up since. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function parkedMessages(log: Pick<Log, "scan">, team: string): Promise<readonly ParkedMessage[]> {
  const parked = new Map<string, ParkedMessage>();
  await log.scan([`evt.${team}.message.parked.>`, `evt.${team}.message.settled.>`], 0, ({ subject, envelopes }) => {
    const about = envelopes[0]?.data;
    const settled = subject.split(".")[3] === "settled" ? Became.safeParse(about).data : undefined;
    if (settled !== undefined) parked.delete(`${settled.queue}-${settled.seq}`);
    const message = ParkedMessage.safeParse(about).data;
    if (message !== undefined) parked.set(`${message.queue}-${message.seq}`, { team, ...message });
  });
  return [...parked.values()];
}

/** Asks a team to work a parked message again, or to give it up, and waits until its log says what became of that. @throws ArmadaError `LOG_UNAVAILABLE`, `LOG_FULL` */
export async function settleParkedMessage(
  session: Pick<Session, "ask" | "log">,
  { team, seq, queue }: Pick<ParkedMessage, "team" | "seq" | "queue">,
  { to, by, why }: Settling,
  signal: AbortSignal,
): Promise<SettledMessage> {
  const log = session.log(team);
  const id = `message-${seq}-${randomBytes(6).toString("hex")}`;
  await session.ask(team, "message_settle", id, { seq, queue, to, by, why, within: TAKE_MS });
  for (const lost = Date.now() + TAKE_MS + GRACE_MS; Date.now() < lost; ) {
    const loaded = await log.load(`evt.${team}.message.*.${seq}.*`);
    const facts = loaded.kind === "loaded" ? loaded.messages : [];
    const answer = facts.find(({ envelopes }) => envelopes[0]?.causationid === `${id}.message_settle`);
    if (answer !== undefined) {
      const { replica, reason } = Became.parse(answer.envelopes[0]?.data);
      const took = replica === undefined ? {} : { replica };
      return reason === undefined ? { team, seq, kind: "taken", ...took } : { team, seq, kind: "failed", reason, ...took };
    }
    const others = facts.filter(({ subject }) => subject.split(".")[3] === "settled");
    if (others.some(({ envelopes }) => Became.safeParse(envelopes[0]?.data).data?.queue === queue)) return { team, seq, kind: "nothing" };
    await sleep(LOOK_MS, undefined, { signal });
  }
  return { team, seq, kind: "unanswered" };
}
