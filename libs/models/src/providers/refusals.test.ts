import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { ModelRequest } from "../port.ts";
import { freePrice } from "../pricing/prices.ts";
import { type ApiServer, startApiServer } from "../testing/index.ts";
import { recordingMeter } from "../testing/recording-meter.ts";
import { anthropicModels } from "./anthropic/models.ts";
import { openaiModels } from "./openai/models.ts";

const request: ModelRequest = { tier: "worker", task: "t", material: [], schema: z.object({ a: z.string() }) };
const never = new AbortController().signal;
const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

/** What a call, and a check, become through the official SDK where the server answers so. */
async function refusedBy(provider: "anthropic" | "openai", status: number, error: object): Promise<ModelError> {
  const refuse = { status, body: provider === "anthropic" ? { type: "error", error } : { error } };
  const server = await startApiServer({ script: () => ({}), refuse });
  servers.push(server);
  const models =
    provider === "anthropic"
      ? anthropicModels({ apiKey: "k", baseURL: server.url, modelOf: () => "claude-haiku-5-5" })
      : openaiModels({ apiKey: "k", baseURL: `${server.url}/v1`, modelOf: () => "gpt-x", prices: [freePrice("gpt-x")] });
  const meter = recordingMeter();
  const called = await models.call(request, never, { meter }).catch((thrown: unknown) => thrown);
  const checked = await models.check("worker", never).catch((thrown: unknown) => thrown);
  if (!(called instanceof ModelError) || !(checked instanceof ModelError)) throw new Error(`${String(called)}; ${String(checked)}`);
  expect(checked.code).toBe(called.code);
  expect([...meter.settled.values()]).toEqual([{ kind: "free" }]);
  return called;
}

const coded = (type: string, error_code: string) => ({ type, message: "no", details: { error_code } });

test.each([
  ["contract_spend_limit_reached", 429, coded("rate_limit_error", "contract_spend_limit_reached"), "MODEL_SPEND_LIMIT", "Billing"],
  ["enforced_spend_limit_reached", 429, coded("rate_limit_error", "enforced_spend_limit_reached"), "MODEL_SPEND_LIMIT", "Billing"],
  [
    "a limit of one's own",
    400,
    { type: "invalid_request_error", message: "You have reached your specified API usage limits. You will regain access on 2026-12-01" },
    "MODEL_SPEND_LIMIT",
    "Billing",
  ],
  [
    "an empty balance",
    400,
    { type: "invalid_request_error", message: "Your credit balance is too low to access the Anthropic API." },
    "MODEL_SPEND_LIMIT",
    "Billing",
  ],
  ["a bill that was not paid", 402, { type: "billing_error", message: "no" }, "MODEL_SPEND_LIMIT", "Billing"],
  [
    "organization_on_hold",
    400,
    coded("invalid_request_error", "organization_on_hold"),
    "MODEL_ACCOUNT_ON_HOLD",
    "settle it with the provider",
  ],
] as const)("Anthropic's refusal for %s is not tried again, and says what to do", async (_why, status, error, code, hint) => {
  expect(await refusedBy("anthropic", status, error)).toMatchObject({
    code,
    terminal: true,
    hint: expect.stringContaining(hint) as string,
  });
});

test.each([
  [
    "LiteLLM's budget_exceeded",
    422,
    { message: "Budget has been exceeded! Current cost: 0.3, Max budget: 0.1", type: "budget_exceeded", param: null, code: "422" },
    "MODEL_SPEND_LIMIT",
    "LiteLLM",
  ],
  [
    "LiteLLM's deployment over its budget",
    429,
    {
      message:
        "No deployments available - crossed budget: Exceeded budget for deployment model_name: capped, litellm_params.model: openai/gpt-x",
      type: "internal_server_error",
      param: null,
      code: "429",
    },
    "MODEL_SPEND_LIMIT",
    "LiteLLM",
  ],
  [
    "LiteLLM's unknown model",
    400,
    {
      message: "/chat/completions: Invalid model name passed in model=gpt-x. Call `/v1/models` to view available models for your key.",
      type: "invalid_request_error",
      param: null,
      code: "400",
    },
    "MODEL_UNKNOWN",
    "models.tiers",
  ],
  [
    "LiteLLM's key that may not ask it",
    403,
    { message: "key not allowed to access model", type: "key_model_access_denied", param: "model", code: "403" },
    "MODEL_UNKNOWN",
    "models.tiers",
  ],
  [
    "LiteLLM's wrong key without a database",
    400,
    { message: "No connected db.", type: "no_db_connection", param: null, code: "400" },
    "MODEL_KEY_REFUSED",
    "correct the key",
  ],
  [
    "OpenAI's spend limit",
    429,
    { message: "no", type: "insufficient_quota", param: null, code: "project_spend_limit_exceeded" },
    "MODEL_SPEND_LIMIT",
    "Billing",
  ],
  [
    "OpenAI's empty balance",
    429,
    { message: "no", type: "insufficient_quota", param: null, code: "insufficient_quota" },
    "MODEL_SPEND_LIMIT",
    "Billing",
  ],
] as const)("%s is not tried again, and says what to do", async (_why, status, error, code, hint) => {
  expect(await refusedBy("openai", status, error)).toMatchObject({ code, terminal: true, hint: expect.stringContaining(hint) as string });
});

test.each([
  ["anthropic", 429, coded("rate_limit_error", "ramp_limit_exceeded"), "MODEL_RATE_LIMITED"],
  ["anthropic", 400, { type: "invalid_request_error", message: "prompt is too long: 250000 tokens > 200000 maximum" }, "MODEL_BAD_REQUEST"],
  [
    "openai",
    429,
    { message: "No deployments available for selected model, Try again in 5 seconds", type: "None", param: null, code: "429" },
    "MODEL_RATE_LIMITED",
  ],
  ["openai", 400, { message: "too long", type: "invalid_request_error", code: "context_length_exceeded" }, "MODEL_BAD_REQUEST"],
] as const)("what %s answers with %i for another reason stays what it is", async (provider, status, error, code) => {
  expect(await refusedBy(provider, status, error)).toMatchObject({ code });
});
