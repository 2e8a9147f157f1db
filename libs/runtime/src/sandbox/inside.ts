import { inspect } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Question, Team } from "@armada/agents";
import { ArmadaError, knowSecrets, redact } from "@armada/contracts";
import { type CallServices, callAgent, type GivenCall } from "@armada/engine";
import { fitted } from "@armada/models";
import { z } from "zod";
import { secretValues } from "../config/process-secrets.ts";
import { strikeOutput } from "../telemetry/struck-output.ts";
import type { Said, Told } from "./messages.ts";
import { shapeOf, shownOf } from "./schemas.ts";
import { fromWire, toWire } from "./wire-errors.ts";

/** In its environment, with its replica's process, or its worker's data: a service's `main` was begun as a sandbox. */
export const SANDBOX = "ARMADA_SANDBOX";
const TURN_MS = 500;

/** The line to the replica. */
type Line = { say(said: Said): void; hear(handler: (told: Told) => void): void };

/** Undefined where this thread or process was not begun as a sandbox. */
export function lineToReplica(): Line | undefined {
  if (!isMainThread) {
    const port = parentPort;
    if (port === null || typeof workerData !== "object" || workerData === null || !(SANDBOX in workerData)) return undefined;
    return { say: (said) => port.postMessage(said), hear: (handler) => void port.on("message", handler) };
  }
  const replica = process.env[SANDBOX];
  if (replica === undefined || process.send === undefined) return undefined;
  if (!process.connected) process.exit(0); // its replica went while this was loaded
  process.once("disconnect", () => process.exit(0)); // its replica is gone
  // A terminal's Ctrl-C, and a service manager, signal the replica's whole group: its calls may end while it drains.
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(name, () => undefined);
  endWith(replica);
  return {
    say: (said) => void (process.connected && process.send?.(said)),
    hear: (handler) => void process.on("message", (told) => handler(told as Told)),
  };
}

/** A process whose event loop is held hears nothing, so a thread beside it looks whether its replica still lives. */
function endWith(replica: string): void {
  const code = `setInterval(() => { if (process.ppid !== ${Number(replica)}) process.kill(process.pid, "SIGKILL"); }, ${TURN_MS});`;
  new Worker(code, { eval: true, execArgv: [], env: {}, name: "ends with its replica" }).unref();
}

/** Runs the calls that the replica sends, one at a time, until it is ended. */
export function runCalls(team: Team, line: Line): void {
  for (const stream of [process.stdout, process.stderr]) strikeOutput(stream, redact);
  // A promise that a team's code dropped ends no replica, and no sandbox.
  process.on("unhandledRejection", (error) => process.stderr.write(`a promise failed that nobody awaited: ${inspect(error)}\n`));
  const agents = new Map(team.agents.map((agent) => [agent.name, agent]));
  let current: { readonly call: number; readonly over: AbortController; readonly calls: RemoteServices } | undefined;
  const run = async (call: number, given: GivenCall): Promise<void> => {
    const over = new AbortController();
    const calls = new RemoteServices(call, line.say);
    current = { call, over, calls };
    try {
      const agent = agents.get(given.agent);
      if (agent === undefined)
        throw new ArmadaError("SANDBOX_FAILED", `the sandbox of ${team.name} has no agent ${given.agent}`, {
          hint: "its files were changed since the replica began: start the team again",
        });
      line.say({ type: "completed", call, output: await callAgent(agent, given, calls.services, over.signal) });
    } catch (error) {
      line.say({ type: "failed", call, error: toWire(error, calls.refOf(error)) });
    }
  };
  line.hear((told) => {
    switch (told.type) {
      case "begin":
        Object.assign(process.env, told.secrets);
        knowSecrets(secretValues(process.env, told.secrets));
        setInterval(() => line.say({ type: "turn" }), TURN_MS).unref();
        return line.say({ type: "ready" });
      case "call":
        return void run(told.call, told.given);
      case "abort":
        return current?.call === told.call ? current.over.abort(current.calls.known(told.error)) : undefined;
      case "answer":
      case "refuse":
        return current?.call === told.call ? current.calls.settle(told) : undefined;
      default:
        return told satisfies never;
    }
  });
}

/** What a call asks of its replica, over the line. */
class RemoteServices {
  readonly #call: number;
  readonly #say: Line["say"];
  readonly #open = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  readonly #refs = new WeakMap<object, number>();
  #asked = 0;

  constructor(call: number, say: Line["say"]) {
    this.#call = call;
    this.#say = say;
  }

  readonly services: CallServices = {
    ask: (question) => this.#ask(question),
    recorded: async (tool, nth) =>
      (await this.#send((about) => ({ type: "recorded", ...about, tool, nth }))) as Awaited<ReturnType<CallServices["recorded"]>>,
    record: (tool, nth, output) => this.#send((about) => ({ type: "record", ...about, tool, nth, output })),
    getObject: async (digest) => (await this.#send((about) => ({ type: "get", ...about, digest }))) as Uint8Array,
    putObject: async (bytes) => (await this.#send((about) => ({ type: "put", ...about, bytes }))) as string,
  };

  /** An error of the replica's that the agent's code let through is told by its number: nothing of it is lost. */
  refOf(error: unknown): number | undefined {
    return typeof error === "object" && error !== null ? this.#refs.get(error) : undefined;
  }

  known(wire: Extract<Told, { type: "refuse" }>["error"]): Error {
    const error = fromWire(wire);
    if (wire.ref !== undefined) this.#refs.set(error, wire.ref);
    return error;
  }

  settle(told: Extract<Told, { n: number }>): void {
    const open = this.#open.get(told.n);
    this.#open.delete(told.n);
    if (told.type === "answer") open?.resolve(told.value);
    else open?.reject(this.known(told.error));
  }

  async #ask<T>({ schema, ...question }: Question<T>): Promise<T> {
    const answer = await this.#send((about) => ({ type: "ask", ...about, question, schema: shownOf(schema), shape: shapeOf(schema) }));
    const fits = fitted(schema, answer);
    if ("value" in fits) return fits.value;
    throw new ArmadaError("MODEL_ANSWER_INVALID", `the answer to ${question.task} does not fit its schema: ${z.prettifyError(fits.error)}`);
  }

  #send(said: (about: { readonly call: number; readonly n: number }) => Said): Promise<unknown> {
    const n = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#open.set(n, { resolve, reject });
      this.#say(said({ call: this.#call, n }));
    });
  }
}
