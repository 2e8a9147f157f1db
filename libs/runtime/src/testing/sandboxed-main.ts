import { setTimeout as sleep } from "node:timers/promises";
import { agent, team, tool } from "@armada/agents";
import { CodedError, Refusal } from "@armada/contracts";
import { z } from "zod";
import { serve } from "../serve.ts";

const Any = z.record(z.string(), z.json());
const Shape = z.object({ text: z.string(), at: z.iso.datetime().transform((text) => Date.parse(text)) });

/** Codes of a team's own. */
const [NOT_COVERED, CRM_DOWN] = ["NOT_COVERED", "CRM_DOWN"];

/** What each kind of call does in its sandbox. */
const does = agent({
  name: "does",
  does: "does what it is told",
  tier: "worker",
  input: z.object({ what: z.string() }),
  output: Any,
  limits: { isolate: "process" },
  tools: { note: tool({ input: Any, output: Any, effect: "write", run: (given, { idempotencyKey }) => ({ ...given, idempotencyKey }) }) },
  run: async ({ input, context, model, tools, objects, attempt, idempotencyKey, signal }) => {
    switch (input.what) {
      case "all": {
        const { text, at } = await model.ask({ task: "write", material: [], schema: Shape });
        const digest = await objects.put(Buffer.from("kept"));
        const kept = Buffer.from(await objects.get(digest)).toString();
        const noted = [await tools.note({ n: 1 }), await tools.note({ n: 2 })];
        return { text, at, digest, kept, noted, attempt, idempotencyKey, context: Object.keys(context) };
      }
      case "environment":
        return {
          ...Object.fromEntries(["NATS_CREDS", "OPENAI_API_KEY", "PLAIN", "CRM_TOKEN"].map((name) => [name, process.env[name] ?? ""])),
        };
      case "refuses":
        throw new Refusal(NOT_COVERED, "not that", { details: { covered: ["this"] } });
      case "fails":
        throw Object.assign(new CodedError(CRM_DOWN, "the CRM is away", { hint: "wait", retryable: true }), { retryAfter: 250 });
      case "asks":
        await model.ask({ task: "write", material: [], schema: Shape });
        return {};
      case "waits":
        await sleep(60_000, undefined, { signal });
        return {};
      case "pid":
        return { pid: process.pid };
      case "loops":
        for (;;);
      case "exits":
        return process.exit(3);
      default:
        throw new Error(`nothing is ${input.what}`);
    }
  },
});

await serve(team({ name: "boxes", agents: [does], workflows: [] }));
