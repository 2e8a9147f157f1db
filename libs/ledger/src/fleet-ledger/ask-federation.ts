import { ArmadaError, askMessage, buildSubject, chainOf, type Envelope } from "@armada/contracts";
import type { Clock, Log, Logger, Random } from "@armada/event-sourcing";
import { z } from "zod";
import { FEDERATION } from "./fleet.ts";
import { GrantAnswered, type GrantAsked } from "./grants.ts";

/** Answers once the federation has; it may be away for long. @throws the signal's reason, ArmadaError `GRANT_REFUSED` */
export type AskFleet = (asked: GrantAsked, signal: AbortSignal) => Promise<GrantAnswered>;

type AskPorts = { readonly log: Pick<Log, "append" | "last">; readonly clock: Clock; readonly random: Random; readonly logger: Logger };

const FIRST_LOOK_MS = 10;
const MAX_LOOK_MS = 1_000;
const SAY_AFTER_MS = 5_000;
const Answer = z.object({ output: GrantAnswered });

/** Asks the team `federation` to grant more, once, and looks for its answer in the own team's stream. */
export function askFederation(team: string, { log, clock, random, logger }: AskPorts): AskFleet {
  return async (asked, signal) => {
    const run = `funds-${random.id()}`;
    const id = `${run}-1`;
    const answer = buildSubject({ kind: "answer", to: team, from: FEDERATION, run, n: 1 });
    const began = clock.now();
    const about = {
      to: FEDERATION,
      from: team,
      capability: "grant_budget",
      id,
      data: { input: asked },
      time: new Date(began).toISOString(),
    };
    const { subject, body } = askMessage(about, chainOf(id));
    let sent = false;
    let said = false;
    for (let looks = 0; ; looks++) {
      sent ||= await once(log, subject, body);
      const found = sent ? await newest(log, answer) : undefined;
      if (found !== undefined) return read(found);
      if (!said && clock.now() - began > SAY_AFTER_MS) {
        said = true;
        logger.warn("the federation does not answer: calls go on within what it has granted, and the others wait");
      }
      await clock.sleep(Math.min(FIRST_LOOK_MS * 2 ** looks, MAX_LOOK_MS), signal);
    }
  };
}

/** Whether the ask is stored: by this append, or by one before whose answer was lost. */
async function once(log: Pick<Log, "append">, subject: string, body: string): Promise<boolean> {
  const { kind } = await log.append(subject, body, { filter: subject, last: 0 });
  return kind === "appended" || kind === "conflict";
}

async function newest(log: Pick<Log, "last">, subject: string): Promise<Envelope | undefined> {
  try {
    return (await log.last(subject))?.envelopes[0];
  } catch (error) {
    if (error instanceof ArmadaError && error.retryable) return undefined;
    throw error;
  }
}

function read({ data }: Envelope): GrantAnswered {
  const parsed = Answer.safeParse(data);
  if (parsed.success) return parsed.data.output;
  throw new ArmadaError("GRANT_REFUSED", `the federation did not grant: ${JSON.stringify(data).slice(0, 300)}`, {
    hint: "do the team and the federation run the same build?",
  });
}
