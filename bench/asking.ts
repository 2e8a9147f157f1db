import { askMessage, chainOf, type Envelope } from "@armada/contracts";
import type { Log, Logger } from "@armada/event-sourcing";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";

export const loud: Logger = { info: () => undefined, warn: (message) => void process.stderr.write(`  ${message}\n`) };

/** Asks a team for one run in the operator's name. */
export async function ask(asks: Log, team: string, id: string, data: unknown): Promise<void> {
  const about = { to: team, from: "operator", source: "/operator", capability: "run_start", id, data, time: new Date().toISOString() };
  const { subject, body } = askMessage(about, chainOf(id));
  const stored = await asks.append(subject, body, { filter: subject, last: 0 });
  if (stored.kind !== "appended") throw new Error(`the ask for ${id} was answered ${stored.kind}`);
}

/** Asks for one run and waits for its end; answers when its last message was stored, ms since 1970. */
export async function askFor(about: {
  url: string;
  keys: string;
  team: string;
  run: string;
  workflow: string;
  input: unknown;
}): Promise<number> {
  const { url, keys, team, run, workflow, input } = about;
  const operator = await link({ servers: url, identity: await accessIn(keys).identity("operator"), logger: loud });
  const known = await Fleet.follow(operator, accessIn(keys), loud);
  const over = new AbortController();
  try {
    await ask(portsOf(operator, "operator", known, loud).log, team, run, { workflow, input });
    return await new Promise((resolve, reject) => {
      const { log } = portsOf(operator, team, known, loud);
      const take = ({ envelopes, time }: { envelopes: readonly Envelope[]; time: number }): void => {
        const ended = envelopes.find(({ type }) => type === "armada.run.ended");
        const { status } = { status: "", ...(ended?.data as object) };
        if (status === "completed" || status === "degraded") resolve(time);
        else reject(new Error(`run ${run} ended as ${status}: ${JSON.stringify(ended?.data)}`));
      };
      log.follow([`run.${team}.end.*.${run}.*`], 0, take, over.signal).catch(reject);
    });
  } finally {
    over.abort();
    await operator.close();
  }
}
