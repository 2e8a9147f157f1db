import type { Agent } from "@armada/agents";
import type { Scheduler } from "@armada/event-sourcing";
import type { CallOptions, ModelAnswer, ModelRequest, Models } from "@armada/models";

/** `held`: it was not made, and what comes after it is not known. `tokens`: of what is asked, by a rough count. `at`: when it was answered, ISO-8601. */
export type ShadowCall =
  | { readonly kind: "model"; readonly task: string; readonly tier: string; readonly tokens: number; readonly how: "held" }
  | {
      readonly kind: "model";
      readonly task: string;
      readonly tier: string;
      readonly tokens: number;
      readonly how: "recorded" | "local";
      readonly at?: string;
    }
  | {
      readonly kind: "tool";
      readonly tool: string;
      readonly effect: "read" | "write";
      readonly input: unknown;
      readonly how: "held" | "ran";
    };

/** Who answers model calls without a provider: from what is on record, or by the model that needs none. */
export type ShadowAnswers = <T>(
  request: ModelRequest<T>,
  options: CallOptions,
) => Promise<{ readonly how: "recorded" | "local"; readonly answer: ModelAnswer<T> } | undefined>;

/** Bytes of text that a token has, about. */
const TOKEN_BYTES = 4;

/** Why an attempt in a shadow ended that came to a call which is not made. */
export class Held extends Error {}

/**
 * The calls of one attempt in a shadow. A call that would leave is written down and never answered: once all that goes out at its
 * moment is written down too, `signal` aborts with `Held`.
 */
export class ShadowCalls {
  readonly made: ShadowCall[] = [];
  readonly #over = new AbortController();
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  models(answers: ShadowAnswers): Models {
    return {
      call: async (request, _signal, options = {}) => {
        const { task, tier } = request;
        const about = { kind: "model", task, tier, tokens: tokensOf(request) } as const;
        const at = this.made.length;
        this.made.push({ ...about, how: "held" });
        const found = await answers(request, options);
        if (found === undefined) return this.#hold();
        const { how, answer } = found;
        this.made[at] = { ...about, how, ...(answer.cached === undefined ? {} : { at: answer.cached.at }) };
        return answer;
      },
    };
  }

  /** The agent with tools that do nothing; those that only read run where `reads` says so. */
  agent(agent: Agent, reads: boolean): Agent {
    const tools = Object.entries(agent.tools).map(([name, tool]) => {
      const { effect } = tool;
      const runs = reads && effect === "read";
      const run: typeof tool.run = (input, about) => {
        this.made.push({ kind: "tool", tool: name, effect, input, how: runs ? "ran" : "held" });
        return runs ? tool.run(input, about) : this.#hold();
      };
      return [name, { ...tool, run }] as const;
    });
    return { ...agent, tools: Object.fromEntries(tools) };
  }

  #hold(): Promise<never> {
    void this.#scheduler.idle().then(() => this.#over.abort(new Held("a call is not made in a shadow")));
    return new Promise(() => undefined);
  }
}

function tokensOf({ prompt = "", system = "", params, material }: ModelRequest): number {
  const texts = [prompt, system, params === undefined ? "" : JSON.stringify(params), ...material.map(({ text }) => text)];
  return Math.ceil(texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0) / TOKEN_BYTES);
}
