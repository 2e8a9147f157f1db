import { readFileSync } from "node:fs";
import { agent, fold, readModel, secret, team, tool, workflow } from "armada-mesh";
import { Refusal } from "armada-mesh/contracts";
import { z } from "zod";
import { Leaked } from "./contract.ts";

/** Texts with secrets in them, by number: of a file, which no variable holds. */
const texts: readonly string[] = JSON.parse(readFileSync(process.env.LEAKERS_TEXTS ?? "", "utf8"));

const How = z.enum(["tool", "effect", "agent", "refusal", "output", "fallback", "parked", "console", "crash", "result", "object"]);
const Leak = z.object({ how: How, from: z.number(), to: z.number() });
const Step = z.object({ leak: Leak, text: z.string() });

function text({ from, to }: { readonly from: number; readonly to: number }): string {
  return texts.slice(from, to).join("; ");
}

const failing = (effect: "read" | "write") =>
  tool({
    input: Leak,
    output: z.string(),
    effect,
    run: (leak): string => {
      throw new Error(text(leak), { cause: new Error(text(leak)) });
    },
  });
const answering = tool({ input: Leak, output: z.string(), effect: "write", run: (leak) => text(leak) });

const clerk = (name: string, more: { readonly fallback?: (leak: z.infer<typeof Leak>) => never } = {}) =>
  agent({
    name,
    ...more,
    does: "fails with what it knows",
    tier: "worker",
    input: Leak,
    output: Step.extend({
      text: z.string().refine((said) => !said.startsWith("misfit"), { error: ({ input }) => `${String(input)} does not fit` }),
    }),
    tools: { look: failing("read"), book: failing("write"), answer: answering },
    // Each fails in its turn, however many did before.
    limits: { attempts: 2, timeout: "10s", breaker: false },
    async run({ input, tools, objects, attempt }) {
      const said = text(input);
      switch (input.how) {
        case "tool":
          return { leak: input, text: await tools.look(input) };
        case "effect":
          return { leak: input, text: await tools.book(input) };
        case "refusal":
          throw new Refusal("REFUSED", said, { hint: said, details: { [said]: [said] } });
        case "output":
          return { leak: input, text: `misfit ${said}` };
        case "console":
          console.log(said);
          console.error(new Error(said));
          void Promise.reject(new Error(said));
          return { leak: input, text: "" };
        case "crash":
          if (attempt === 1)
            setTimeout(() => {
              throw new Error(said);
            }, 1);
          if (attempt === 1) await new Promise((resolve) => setTimeout(resolve, 5_000));
          return { leak: input, text: "" };
        case "result":
          return { leak: input, text: await tools.answer(input) };
        case "object":
          return { leak: input, text: await objects.put(Buffer.from(`${said}${"x".repeat(200)}`)) };
        default:
          throw new Error(said);
      }
    },
  });

const first = clerk("first");
const second = clerk("second", {
  fallback: (leak) => {
    throw new Error(text(leak));
  },
});

/** Asks a model, with a provider that refuses. */
const asker = agent({
  name: "asker",
  does: "asks a model",
  tier: "worker",
  input: z.object({}),
  output: z.string(),
  limits: { attempts: 2, timeout: "10s" },
  run: ({ model }) => model.ask({ task: "price", prompt: "the price of tea", material: [], schema: z.string(), maxTokens: 100 }),
  fallback: () => "",
});

/** Uses the secret that its brief names. */
const courier = agent({
  name: "courier",
  does: "logs in, and fails",
  tier: "worker",
  input: z.object({ token: secret("LEAKERS_TOKEN") }),
  output: z.string(),
  limits: { attempts: 1 },
  run({ input }): string {
    throw new Error(`401 for token ${process.env[input.token.$secret]}`);
  },
  fallback: () => "",
});

const leaks = readModel({
  name: "leaks",
  version: 1,
  initial: () => 0,
  folds: [
    fold(Leaked, (count: number, { data }) => {
      if (data.from >= 0) throw new Error(text(data));
      return count + 1;
    }),
  ],
});

const leak = workflow({
  name: "leak",
  version: 1,
  input: z.object({
    how: z.enum([...How.options, "workflow", "inline", "search", "fact", "approval", "model"]),
    from: z.number(),
    to: z.number(),
  }),
  output: z.unknown(),
  search: ({ how, from, to }) => {
    if (how === "search") throw new Error(text({ from, to }));
    return { how };
  },
  async run({ how, from, to }, ctx) {
    if (how === "workflow") throw new Error(text({ from, to }));
    if (how === "inline")
      return ctx.step("inline", () => {
        throw new Refusal("INLINE", text({ from, to }));
      });
    if (how === "fact") return ctx.emit(Leaked, { id: String(from), from, to, text: text({ from, to }) });
    if (how === "approval") return ctx.approval(text({ from, to }), { show: text({ from, to }), within: "1s", otherwise: "continue" });
    if (how === "model") return ctx.ask(asker, {});
    if (how === "search") return "";
    return ctx.ask(how === "fallback" ? second : first, { how, from, to });
  },
});

const deliver = workflow({
  name: "deliver",
  version: 1,
  input: z.object({ token: secret("LEAKERS_TOKEN") }),
  output: z.string(),
  run: ({ token }, ctx) => ctx.ask(courier, { token }),
});

export default team({
  name: "leakers",
  agents: [first, second, asker, courier],
  workflows: [leak, deliver],
  readModels: [leaks],
  emits: [Leaked],
});
