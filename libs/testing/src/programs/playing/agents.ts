import { type Agent, agent, tool } from "@armada/agents";
import { type Amount, CodedError, Refusal } from "@armada/contracts";
import type { Clock } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { z } from "zod";
import { nodesOf } from "../drawing/nodes.ts";
import { type AgentName, ATTEMPTS_OF_WRITER, type Case, type Node } from "../drawing/program.ts";
import { live } from "../drawing/values.ts";
import { At, OPENS } from "./declarations.ts";
import type { Witness } from "./witness.ts";

/** How often a fallback cannot answer yet. */
const NOT_YET = { once: 1, twice: 2 } as const;

export type Agents = Readonly<Record<AgentName, Agent<At, unknown>>>;

export function agentsOf(nodes: ReadonlyMap<string, Node>, witness: Witness, clock: Clock): Agents {
  const make = (name: AgentName): Agent<At, unknown> =>
    agent({
      name,
      does: "what its node says",
      tier: "worker",
      input: At,
      output: z.unknown(),
      ...(name === "batched"
        ? { lane: "batch" }
        : { limits: { timeout: "10s", ...(name === "writer" ? { attempts: ATTEMPTS_OF_WRITER } : {}) } }),
      ...(name === "later" ? { window: "00:00:15-12:00 UTC" } : {}),
      ...(name === "soft" || name === "paid" ? { fallback: ({ at, visit }: At) => fallen(nodes.get(at), visit, witness) } : {}),
      ...(name === "writer" ? { tools: { write: writing(witness) } } : {}),
      run: async ({ input: { at, visit }, idempotencyKey, attempt, signal, tools, model }) => {
        const node = nodes.get(at);
        if (node?.op !== "agent") throw new Error(`no agent's node is called ${at}`);
        if (name === "later" && clock.now() < OPENS) throw new Error(`${at} begins before its hours`);
        witness.attempt(idempotencyKey, name, "begins");
        signal.addEventListener("abort", () => witness.attempt(idempotencyKey, name, "ends"));
        if (name === "paid" || name === "batched") await model.ask({ task: "say", prompt: at, material: [], schema: z.string() });
        // A model that takes no request for now has said so before.
        const times = refusesForNow(node) ? node.fails + 1 : witness.did(idempotencyKey, at);
        await clock.sleep(node.ms, signal);
        witness.attempt(idempotencyKey, name, "ends");
        const written = "write" in tools ? await tools.write?.({ at, visit }) : undefined;
        if ((node.how === "unsent" ? times : attempt) > node.fails) return name === "writer" ? [written, live(node.says)] : live(node.says);
        if (node.how === "hang") await clock.sleep(60_000, signal);
        if (node.how === "unsent") throw unsent(node);
        if (node.how === "later") throw Object.assign(new Error(`later at «${at}»`), { code: "DRAWN_LATER", retryAfter: notNow(node.ms) });
        if (node.how === "refuse") throw new Refusal("DRAWN_REFUSAL", `refused at «${at}»`, { details: live(node.says) });
        if (node.how === "terminal")
          throw Object.assign(new CodedError("DRAWN_TERMINAL", `failed at «${at}»`, { hint: `mend «${at}»` }), { terminal: true });
        throw new Error(node.how === "huge" ? huge(at) : `failed at «${at}»`);
      },
    });
  return {
    sure: make("sure"),
    soft: make("soft"),
    writer: make("writer"),
    paid: make("paid"),
    later: make("later"),
    batched: make("batched"),
  };
}

/** Whether it is the model that takes no request for now: it says so before it is paid. */
function refusesForNow(node: Node | undefined): node is Extract<Node, { op: "agent" }> {
  return node?.op === "agent" && node.agent === "paid" && node.how === "unsent";
}

/** Models that take no request of a node's first attempts: what was drawn for it cost nothing. */
export function refusing(models: Models, drawn: Case, witness: Pick<Witness, "did">, ceiling: Amount): Models {
  const nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  return {
    call: async (request, signal, options) => {
      const node = nodes.get(request.prompt ?? "");
      if (!refusesForNow(node) || witness.did(request.idempotencyKey ?? "", node.at) > node.fails)
        return models.call(request, signal, options);
      const call = await options?.meter?.draw({ tier: request.tier, model: request.tier, ceiling });
      if (call !== undefined) options?.meter?.settle(call, { kind: "free" });
      throw unsent(node);
    },
  };
}

function unsent({ at, ms }: Extract<Node, { op: "agent" }>): Error {
  return Object.assign(new Error(`not now at «${at}»`), { code: "DRAWN_BUSY", sent: false, retryAfter: notNow(ms) });
}

function fallen(node: Node | undefined, visit: string, witness: Witness): unknown {
  if (node?.op === "agent" && typeof node.worse === "string" && witness.did(`${visit} fell`, node.at) <= NOT_YET[node.worse])
    throw new CodedError("NOT_YET", `not yet at «${node.at}»`, { retryable: true });
  if (node?.op === "agent" && node.worse === true) throw new Error(`nothing to fall back on at «${node.at}»`);
  return { fallback: node?.at };
}

function writing(witness: Witness): ReturnType<typeof tool> {
  return tool({
    input: At,
    output: z.object({ wrote: z.string() }),
    effect: "write",
    run: ({ at }, { idempotencyKey }) => {
      witness.did(idempotencyKey, at);
      return { wrote: at };
    },
  });
}

/** So long a model takes no request, in ms: as often beyond what a message may wait by itself as not. */
export function notNow(ms: number): number {
  return Math.min(60_000, ms * 200);
}

/** A text that no message holds. */
export function huge(at: string): string {
  return `«${at}» ${"y".repeat(1_200_000)}`;
}
