import type { Agent, Question } from "@armada/agents";
import { ArmadaError, bytesWithoutSecrets } from "@armada/contracts";
import { orAborted } from "@armada/event-sourcing";
import { fitted, fitting } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";
import { toolCall } from "../journal/state.ts";
import { Terminal } from "./attempt-failure.ts";
import { declared } from "./declared.ts";

/** What one attempt's call of an agent begins with: JSON values alone, so that it can be made in another thread or process. */
export type GivenCall = {
  readonly agent: string;
  readonly input: unknown;
  /** The states of the read models that the agent declares, by name. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
  readonly attempt: number;
};

/** What the call asks of its replica meanwhile. */
export type CallServices = {
  ask<T>(question: Question<T>): Promise<T>;
  /** What call `n` of a `write` tool (by tool, from 1) came to in an attempt before; undefined where it was not made. */
  recorded(tool: string, n: number): Promise<{ readonly value: unknown } | undefined>;
  /** Journals what such a call came to; answers what the journal has: another execution may have been first. */
  record(tool: string, n: number, output: unknown): Promise<unknown>;
  getObject(digest: string): Promise<Uint8Array>;
  /** Answers the digest. */
  putObject(bytes: Uint8Array): Promise<string>;
};

/** Where a call is made: this very thread, or a sandbox. */
export type MakeCall = (given: GivenCall, services: CallServices, signal: AbortSignal) => Promise<unknown>;

/**
 * Calls an agent's code; answers its output in the form that a journal holds.
 * @throws Terminal `INPUT_INVALID`, ArmadaError `OUTPUT_INVALID`, the reason of `signal`, and what the code throws
 */
export async function callAgent(agent: Agent, given: GivenCall, services: CallServices, signal: AbortSignal): Promise<unknown> {
  const { idempotencyKey, attempt } = given;
  const input = inputOf(agent, given.input);
  const run = async (): Promise<unknown> =>
    agent.run({
      input,
      context: declared(given.context, agent.name, "context"),
      model: { ask: services.ask },
      tools: declared(toolsOf(agent, idempotencyKey, services, signal), agent.name, "tools"),
      objects: { get: services.getObject, put: (bytes) => services.putObject(bytesWithoutSecrets(bytes)) },
      idempotencyKey,
      attempt,
      signal,
    });
  const what = `the output of agent ${agent.name}`;
  return journalForm(fitted(agent.output, await orAborted(run(), signal), "OUTPUT_INVALID", what), what);
}

/** Calls it in this very thread. */
export function callHere(agent: Agent): MakeCall {
  return (given, services, signal) => callAgent(agent, given, services, signal);
}

/** @throws Terminal `INPUT_INVALID`: the next attempt gets the same */
function inputOf({ name, input }: Agent, given: unknown): unknown {
  const fits = fitting(input, given);
  if (fits.success) return fits.data;
  const { message, cause } = fits;
  const text = `the input of agent ${name} does not fit its schema: ${message}`;
  throw cause === undefined ? new Terminal("INPUT_INVALID", text) : new ArmadaError("INPUT_INVALID", text, { cause });
}

/**
 * A `read` tool just runs; a `write` is an effect: its result is journaled, and a later attempt gets it from there. Its calls are
 * told apart by tool, and within a tool by their order: an attempt that calls another tool first gets no answer of this one.
 */
function toolsOf(
  { tools }: Agent,
  key: string,
  services: CallServices,
  signal: AbortSignal,
): Readonly<Record<string, (input: unknown) => Promise<unknown>>> {
  const made = new Map<string, number>();
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      async (input: unknown): Promise<unknown> => {
        const parsed = fitted(tool.input, input, "INPUT_INVALID", `the input of tool ${name}`);
        const what = `the result of tool ${name}`;
        if (tool.effect === "read") {
          const read = await tool.run(parsed, { idempotencyKey: key, signal });
          return fitted(tool.output, read, "OUTPUT_INVALID", what);
        }
        const n = (made.get(name) ?? 0) + 1;
        made.set(name, n);
        const before = await services.recorded(name, n);
        if (before !== undefined) return before.value;
        const done = await tool.run(parsed, { idempotencyKey: `${key}.${toolCall(name, n)}`, signal });
        return services.record(name, n, journalForm(fitted(tool.output, done, "OUTPUT_INVALID", what), what));
      },
    ]),
  );
}
