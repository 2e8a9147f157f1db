import { parseSubject } from "@armada/contracts";
import type { Decider, Endless, Message, Ports } from "@armada/event-sourcing";
import { handleEndless, loadEndless } from "@armada/event-sourcing";
import { z } from "zod";
import { messageOf } from "../journal/failure.ts";
import { stackOf } from "../runs/stack.ts";
import { readModelStopped, type StoppedAt } from "./read-models.ts";

const ENTITY = "read_model";
const Stopped = z.object({ version: z.int(), seq: z.int().min(1), event: z.string(), type: z.string(), message: z.string() });
const State = z.object({ stopped: Stopped.nullable() });
const Resumed = z.object({ version: z.int(), seq: z.int().min(1) });
type State = z.infer<typeof State>;
type Told = { readonly type: "stopped"; readonly data: StoppedAt } | { readonly type: "resumed"; readonly data: z.infer<typeof Resumed> };

/** Whether a read model stands still, as its team's stream has it: said once for an event, and taken back by who folds that event. */
const decider: Decider<State, Told, Told> = {
  initial: () => ({ stopped: null }),
  evolve: (_, told) => ({ stopped: told.type === "stopped" ? { ...told.data } : null }),
  decide: (told, { stopped }) => {
    if (told.type === "resumed") return stopped?.seq === told.data.seq ? [told] : [];
    return stopped?.seq === told.data.seq && stopped.version === told.data.version ? [] : [told];
  },
};

/** `evt.<team>.read_model.<event>.<model>.<version>`. */
function stopsOf(team: string, model: string): Endless<State, Told> {
  return { team, entity: ENTITY, id: model, parseEvent, parseState: (data) => State.parse(data) };
}

function parseEvent(type: string, data: unknown): Told {
  if (type === "stopped") return { type, data: Stopped.parse(data) };
  if (type === "resumed") return { type, data: Resumed.parse(data) };
  throw new Error(`a read model has no event ${type}`);
}

/** Where a team's read model stands still in the replica that said so last; undefined where it goes on. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function readModelStop(log: Parameters<typeof loadEndless>[0], team: string, model: string): Promise<StoppedAt | undefined> {
  return (await loadEndless(log, decider, stopsOf(team, model))).state.stopped ?? undefined;
}

/** What says that a read model stopped. */
export function readModelStops(team: string): string {
  return `evt.${team}.${ENTITY}.stopped.>`;
}

/** Which read model a message of the team says to have stopped, and where. */
export function stopIn(team: string, { subject, envelopes }: Message): { readonly model: string; readonly at: StoppedAt } | undefined {
  const parsed = parseSubject(subject);
  if (parsed?.kind !== "fact" || parsed.team !== team || parsed.entity !== ENTITY) return undefined;
  const at = Stopped.safeParse(envelopes[0]?.data);
  return at.success ? { model: parsed.id, at: at.data } : undefined;
}

/** States what became of a read model; a log that does not take it keeps nothing else waiting. */
async function tell(team: string, model: string, told: Told, ports: Ports, signal: AbortSignal): Promise<void> {
  try {
    await handleEndless(ports, decider, stopsOf(team, model), told, { signal });
  } catch (error) {
    if (!signal.aborted) ports.logger.warn(`that the read model ${model} ${told.type} is not stated: ${messageOf(error)}`, { team, model });
  }
}

/** Says in the log and in the team's stream that a read model stopped. */
export function sayStopped(team: string, model: string, at: StoppedAt, error: unknown, ports: Ports, signal: AbortSignal): void {
  const { message, hint } = readModelStopped(model, at);
  ports.logger.warn(message, { team, model, event: at.event, seq: at.seq, code: "READ_MODEL_STOPPED", hint, ...stackOf(error) });
  void tell(team, model, { type: "stopped", data: at }, ports, signal);
}

/** A replica that has folded the event at which another one stopped takes that back. */
export function sayResumed(team: string, model: string, { version, seq }: StoppedAt, ports: Ports, signal: AbortSignal): void {
  void tell(team, model, { type: "resumed", data: { version, seq } }, ports, signal);
}
