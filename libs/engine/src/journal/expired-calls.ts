import { runFilter } from "@armada/contracts";
import { type Log, loadWhole, type Message, type WholeReads } from "@armada/event-sourcing";
import { type Block, type Concluded, type Drawn, drawsFilter, drawsIn, ledgerEventsIn, type Settled, type Suspect } from "@armada/ledger";
import type { JournalData, JournaledCall } from "./events.ts";
import { readJournalMessage } from "./message.ts";

type Journal = { readonly workflow: string; readonly concluded: ReadonlyMap<string, JournaledCall> };

/**
 * What became of the calls that lost replicas drew on their blocks, from the journals: settled where an outcome tells what
 * they cost, suspect where none does. Calls that the ledger has heard of are left out. The stream is read once for all
 * blocks, and a run once: a hundred blocks that end together had a scan each, and the last of them waited for minutes.
 */
export async function expiredCalls(
  { log, draws }: { readonly log: WholeReads; readonly draws: Pick<Log, "scan"> },
  team: string,
  blocks: ReadonlyMap<string, Block>,
): Promise<(block: string) => Promise<Concluded>> {
  const told = new Set<string>();
  const journaled = new Map<string, Drawn[]>();
  const first = Math.min(...[...blocks.values()].map(({ from }) => from));
  const upTo = await log.scan([`run.${team}.note.draw.>`, `evt.${team}.ledger.>`], first, (message) => {
    for (const call of toldIn(message)) told.add(call);
    for (const { data, run } of journaledIn(message)) {
      const about = blocks.get(data.block);
      if (about === undefined || message.seq <= about.from) continue;
      const drawn = journaled.get(data.block) ?? [];
      drawn.push({ ...pick(data), run, workflow: "" });
      journaled.set(data.block, drawn);
    }
  });
  const journals = new Map<string, Promise<Journal>>();
  const journal = (run: string): Promise<Journal> => {
    const read = journals.get(run) ?? journalOf(log, team, run, upTo);
    journals.set(run, read);
    return read;
  };
  return async (block) => {
    const from = blocks.get(block)?.from ?? 0;
    const drawn = new Map<string, Drawn>();
    await draws.scan([drawsFilter(team, block)], 0, ({ envelopes }) => {
      for (const { seq, ...call } of drawsIn(envelopes)) if (seq >= from) drawn.set(call.call, call);
    });
    for (const call of journaled.get(block) ?? []) drawn.set(call.call, call);
    for (const call of told) drawn.delete(call);
    const settled: Settled[] = [];
    const suspected: Drawn[] = [];
    for (const [run, calls] of Map.groupBy(drawn.values(), (one) => one.run)) {
      const { workflow, concluded } = await journal(run);
      for (const call of calls) {
        const known = { ...call, workflow };
        const outcome = concluded.get(call.call);
        if (outcome === undefined || outcome.bill === "unknown") suspected.push(known);
        else settled.push({ ...known, ...billOf(outcome) });
      }
    }
    return { settled, suspected };
  };
}

/**
 * Which suspects an outcome has told the cost of since: a batch ends after its replica's lease, in another process.
 */
export async function concludedCalls(log: WholeReads & Pick<Log, "head">, team: string, suspects: readonly Suspect[]): Promise<Settled[]> {
  const settled: Settled[] = [];
  const upTo = suspects.length === 0 ? 0 : await log.head();
  for (const [run, calls] of Map.groupBy(suspects, (one) => one.run)) {
    const { concluded } = await journalOf(log, team, run, upTo);
    for (const { day: _day, at: _at, ...known } of calls) {
      const outcome = concluded.get(known.call);
      if (outcome !== undefined && outcome.bill !== "unknown") settled.push({ ...known, ...billOf(outcome) });
    }
  }
  return settled;
}

function journaledIn(message: Message): { data: JournalData["step.drawn"]; run: string }[] {
  const journal = readJournalMessage(message);
  const run = journal?.envelopes[0]?.subject ?? "";
  return (journal?.events ?? []).flatMap((event) => (event.type === "step.drawn" ? [{ data: event.data, run }] : []));
}

function pick({ call, account, agent, tier, model, ceiling }: JournalData["step.drawn"]): Omit<Drawn, "run" | "workflow"> {
  return { call, account, agent, tier, model, ceiling };
}

/** The calls of which a ledger message tells what became. */
function toldIn(message: Message): string[] {
  if (!message.subject.startsWith("evt.") || message.subject.split(".")[2] !== "ledger") return [];
  return ledgerEventsIn(message).flatMap(({ type, data }) =>
    type === "settled" || type === "suspected" ? data.calls.map(({ call }) => call) : [],
  );
}

async function journalOf(log: WholeReads, team: string, run: string, atLeast: number): Promise<Journal> {
  const { messages } = await loadWhole(log, [runFilter(team, run)], atLeast);
  return readJournal(messages);
}

function readJournal(messages: readonly Message[]): Journal {
  const concluded = new Map<string, JournaledCall>();
  let workflow = "";
  for (const message of messages)
    for (const event of readJournalMessage(message)?.events ?? []) {
      if (event.type === "run.started") workflow = event.data.workflow;
      if (event.type === "step.completed" || event.type === "step.refused" || event.type === "step.attempt_failed")
        for (const call of event.data.calls ?? []) concluded.set(call.call, call);
    }
  return { workflow, concluded };
}

function billOf({ model, micros, tokens, priced }: JournaledCall): Pick<Settled, "model" | "micros" | "tokens" | "priced"> {
  return { model, micros, tokens, ...(priced === undefined ? {} : { priced }) };
}
