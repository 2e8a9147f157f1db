import { ArmadaError, askMessage, buildSubject, chainOf, type Envelope, GrantAnswered, type GrantAsked } from "@armada/contracts";
import { appendSole, type Backoff, backoff, type Clock, type Log, type Logger, type Random, retry } from "@armada/event-sourcing";
import { z } from "zod";
import { FEDERATION } from "./fleet.ts";

/** Answers once the federation has; it may be away for long. @throws the signal's reason, ArmadaError `GRANT_REFUSED`, `LOG_REFUSED` */
export type AskFleet = (asked: GrantAsked, signal: AbortSignal) => Promise<GrantAnswered>;

type AskPorts = { readonly log: Pick<Log, "append" | "last">; readonly clock: Clock; readonly random: Random; readonly logger: Logger };

const LOOKS: Backoff = { first: 20, most: 1_000 };
const SAY_AFTER_MS = 5_000;
const Answer = z.object({ output: GrantAnswered });

/** Asks the team `federation` to grant more, once, and looks for its answer in the own team's stream. */
export function askFederation(team: string, ports: AskPorts): AskFleet {
  const { log, clock, random, logger } = ports;
  return async (asked, signal) => {
    const run = `funds-${random.id()}`;
    const id = `${run}-1`;
    const answer = buildSubject({ kind: "answer", to: team, from: FEDERATION, run, n: 1 });
    const about = {
      to: FEDERATION,
      from: team,
      capability: "grant_budget",
      id,
      data: { input: asked },
      time: new Date(clock.now()).toISOString(),
    };
    const { subject, body } = askMessage(about, chainOf(id));
    const heard = new AbortController();
    const late = clock.sleep(SAY_AFTER_MS, AbortSignal.any([signal, heard.signal]));
    late.then(
      () => logger.warn("the federation does not answer: calls go on within what it has granted, and the others wait"),
      () => undefined, // heard, or stopped
    );
    try {
      const settled = await appendSole(ports, { subject, body }, { signal });
      if (settled.kind !== "stored") throw new ArmadaError("LOG_REFUSED", `${subject} is never stored: ${settled.kind}`);
      for (let looks = 0; ; looks++) {
        const found = await retry("the federation's answer", ports, () => log.last(answer), { signal });
        if (found?.envelopes[0] !== undefined) return read(found.envelopes[0]);
        await clock.sleep(
          backoff(LOOKS, looks, () => random.next()),
          signal,
        );
      }
    } finally {
      heard.abort();
    }
  };
}

function read({ data }: Envelope): GrantAnswered {
  const parsed = Answer.safeParse(data);
  if (parsed.success) return parsed.data.output;
  throw new ArmadaError("GRANT_REFUSED", `the federation did not grant: ${JSON.stringify(data).slice(0, 300)}`, {
    hint: "do the team and the federation run the same build?",
  });
}
