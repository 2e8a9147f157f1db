import type { Clock } from "@armada/event-sourcing";
import { TASK_HEADER } from "../../providers/anthropic/request.ts";
import type { ApiBook } from "../books/api-book.ts";
import { noTokens } from "../books/api-calls.ts";
import { tokensOf } from "../books/api-usage.ts";
import { type Answering, replyOf, usageOf } from "../server/answer-job.ts";
import type { Settings } from "../server/api-control.ts";
import { CALL_HEADER, type Headers } from "../server/api-request.ts";
import type { Refusal } from "../server/wire.ts";
import { type BatchItem, type BatchState, batchStates } from "./batch-state.ts";
import { acceptMessage, type Known } from "./messages-request.ts";
import { messageOf, messagesWire } from "./messages-wire.ts";
import type { CacheUse } from "./prompt-cache.ts";

export type BatchRequest = { readonly custom_id: string; readonly params: unknown };

export type Batches = {
  create(requests: readonly BatchRequest[], headers: Headers): BatchState;
  /** Ends soon, with all of its items canceled. @returns undefined where there is none such */
  cancel(id: string): BatchState | undefined;
  get(id: string): BatchState | undefined;
  /** In order of creation. */
  all(): BatchState[];
  close(): void;
};

/** How long a batch is `canceling`. */
const CANCEL_MS = 20;

/**
 * Message Batches: all items of a batch are answered, and billed, at the moment when it ends. Items are validated only then, as
 * at the API, and none of a batch reads what another one of it has written to the prompt cache (at the API some do: 30 to 98 %).
 * Given a file, a batch goes on in the next server on it.
 */
export function batches(
  file: string | undefined,
  book: ApiBook,
  settings: Settings,
  how: Answering & { readonly models: Known; readonly clock: Clock },
): Batches {
  const states = batchStates(file);
  const { clock } = how;
  const over = new AbortController();

  /** The ended batch is on disk before its items are in the log: what a kill leaves in between, the next server writes. */
  const end = async (id: string): Promise<void> => {
    const now = states.get(id);
    if (now === undefined || now.endedAt !== null) return;
    const uses: CacheUse[] = [];
    const items: BatchItem[] = [];
    for (const item of now.items) items.push(await ended(item, now.cancelAt !== null, uses));
    const then = states.get(id);
    // It ended or was canceled while its items were answered: that other end counts.
    if (then === undefined || then.endedAt !== null || then.cancelAt !== now.cancelAt) return;
    for (const use of uses) use.commit(clock.now());
    states.put({ ...then, endedAt: new Date(clock.now()).toISOString(), items });
    for (const item of items) logEnd(item);
  };

  const ended = async (item: BatchItem, canceled: boolean, uses: CacheUse[]): Promise<BatchItem> => {
    const { about } = item;
    const unbilled = (type: "errored" | "canceled" | "expired", result: Record<string, unknown> = {}): BatchItem => ({
      ...item,
      end: { outcome: type, billed: false, tokens: noTokens },
      result: { type, ...result },
    });
    const errored = (why: Refusal, message: string): BatchItem =>
      unbilled("errored", { error: messagesWire.error(why, message, about.id).body });
    if (canceled) return unbilled("canceled");
    const fate = settings.faults.nextItem();
    if (settings.batchExpire || fate === "batchExpired") return unbilled("expired");
    if (fate === "batchErrored") return errored("internal", "Internal server error");
    const accepted = acceptMessage(item.params, headersOf(item), how.models);
    if ("refused" in accepted) return errored(accepted.refused, accepted.message);
    const use = how.cache.look(accepted.request.model, accepted.segments, clock.now());
    try {
      const reply = await replyOf(about.id, accepted.request, usageOf(use), how);
      uses.push(use);
      return {
        ...item,
        end: { outcome: "answered", billed: true, tokens: tokensOf(reply.usage) },
        result: { type: "succeeded", message: messageOf(reply, "batch") },
      };
    } catch (error) {
      return errored("internal", String(error));
    }
  };

  const logEnd = ({ about, end: of }: BatchItem): void => {
    if (of !== undefined && book.calls.open.has(about.id)) book.end(about, of.outcome, of.billed, of.tokens);
  };
  const logArrival = ({ about }: BatchItem): void => {
    if (!book.calls.seen(about.id)) book.arrive(about, noTokens);
  };
  const endIn = (id: string, ms: number): void => {
    clock
      .sleep(Math.max(0, ms), over.signal)
      .then(() => end(id))
      .catch((error: unknown) => {
        if (!over.signal.aborted) console.error(`batch ${id}: ${String(error)}`);
      });
  };

  for (const state of states.all()) {
    for (const item of state.items) logArrival(item);
    if (state.endedAt === null) endIn(state.id, state.cancelAt === null ? state.due - clock.now() : CANCEL_MS);
    else for (const item of state.items) logEnd(item);
  }

  return {
    create(requests, headers) {
      const id = `msgbatch_${book.nextId()}`;
      const now = clock.now();
      const items = requests.map(({ custom_id: customId, params }): BatchItem => {
        const named: Headers = (name) => (name === CALL_HEADER ? customId : headers(name));
        const accepted = acceptMessage(params, named, how.models);
        const { model, task } = "refused" in accepted ? { model: "", task: "" } : accepted.request;
        return { customId, params, about: { id: book.nextId(), provider: "anthropic", model, task, call: customId, batch: id } };
      });
      const state = { id, createdAt: new Date(now).toISOString(), due: now + settings.batchMs, cancelAt: null, endedAt: null, items };
      states.put(state);
      for (const item of items) logArrival(item);
      endIn(id, settings.batchMs);
      return state;
    },
    cancel(id) {
      const state = states.get(id);
      if (state === undefined || state.endedAt !== null || state.cancelAt !== null) return state;
      const canceling = { ...state, cancelAt: new Date(clock.now()).toISOString() };
      states.put(canceling);
      endIn(id, CANCEL_MS);
      return canceling;
    },
    get: states.get,
    all: states.all,
    close() {
      over.abort();
      states.close();
    },
  };
}

/** An item has no headers: its task stands in its prompt, or in the header of the request that created the batch. */
function headersOf({ about }: BatchItem): Headers {
  return (name) => (name === CALL_HEADER ? about.call : name === TASK_HEADER && about.task !== "" ? about.task : undefined);
}
