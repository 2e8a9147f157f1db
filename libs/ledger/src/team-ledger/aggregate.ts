import { type Endless, type Message, readEndless } from "@armada/event-sourcing";
import { type LedgerEvent, LedgerState, parseLedgerEvent } from "./events.ts";

/** Where a team's ledger of a month (`2026-11`) stands in its stream: `evt.<team>.ledger.<event>.<month>.<version>`. */
export function ledgerOf(team: string, month: string): Endless<LedgerState, LedgerEvent> {
  return { team, entity: "ledger", id: month, parseEvent: parseLedgerEvent, parseState: (data) => LedgerState.parse(data) };
}

/** What a message of any team's ledger says happened. @throws ArmadaError `STATE_UNREADABLE` */
export function ledgerEventsIn(message: Message): readonly LedgerEvent[] {
  return readEndless(ledgerOf("", ""), message).events;
}
