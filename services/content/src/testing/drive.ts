import type { Agent, AgentRun, Workflow, WorkflowContext } from "armada-mesh";
import type { Capability, EventKind } from "armada-mesh/contracts";
import type { Models } from "armada-mesh/testing";
import { localModel } from "armada-mesh/testing";

/** What a run did, for tests that need no engine. */
export type Driven<O> = {
  readonly output: O;
  readonly asked: readonly string[];
  readonly emitted: readonly { type: string; data: unknown }[];
  readonly approvals: readonly string[];
};

/** Runs a workflow's code with its agents called in place: no journal, no retry, no fallback. */
export async function drive<I, O>(
  workflow: Workflow<I, O>,
  input: I,
  options: {
    models?: Models;
    objects?: Readonly<Record<string, Uint8Array>>;
    capabilities?: Readonly<Record<string, (input: unknown) => unknown>>;
  } = {},
): Promise<Driven<O>> {
  const models = options.models ?? localModel();
  const asked: string[] = [];
  const emitted: { type: string; data: unknown }[] = [];
  const approvals: string[] = [];
  const ctx = {
    run: { id: "r1", correlation: "r1" },
    async ask<A, B>(target: Agent<A, B> | Capability<A, B>, value: A): Promise<B> {
      asked.push(target.name);
      const checked = target.input.parse(value);
      const answer = target.kind === "agent" ? await target.run(about(checked, target)) : options.capabilities?.[target.name]?.(checked);
      // Through JSON, as between processes.
      return target.output.parse(JSON.parse(JSON.stringify(answer)));
    },
    emit(kind: EventKind<never>, data: unknown): Promise<void> {
      emitted.push({ type: kind.type, data: kind.data.parse(data) });
      return Promise.resolve();
    },
    approval(question: string) {
      approvals.push(question);
      return Promise.resolve({ approved: true, by: "tester", expired: false });
    },
  };
  const about = <A>(value: A, agent: Agent<A, never> | Agent<A, unknown>): AgentRun<A> => ({
    input: value,
    context: {},
    tools: {},
    model: { ask: async (question) => (await models.call({ tier: agent.tier, ...question }, new AbortController().signal)).value },
    objects: {
      get: (digest) => Promise.resolve(options.objects?.[digest] ?? new Uint8Array()),
      put: () => Promise.reject(new Error("no object is put")),
    },
    idempotencyKey: `r1-${asked.length}`,
    attempt: 1,
    signal: new AbortController().signal,
  });
  const output = await workflow.run(workflow.input.parse(input), ctx as unknown as WorkflowContext);
  return { output: workflow.output.parse(output), asked, emitted, approvals };
}
