import type { Message, MessageBatchIndividualResponse } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { ModelRequest } from "../port.ts";
import { costOfAll, type Price } from "../pricing/prices.ts";
import { answerShape } from "../providers/answer-shape.ts";
import { usageOf } from "../providers/anthropic/answer.ts";
import type { BatchOutcome } from "../providers/batches.ts";
import { billed, plain } from "../providers/call.ts";
import { modelError } from "../providers/errors.ts";
import { answerOf, nothingYet } from "../providers/streamed.ts";

/** What one item came to. Only what succeeded is billed: platform.claude.com/docs/en/build-with-claude/batch-processing, 2026-11. */
export function outcomeOf(
  { custom_id: call, result }: MessageBatchIndividualResponse,
  request: ModelRequest,
  priceFor: (model: string) => Price,
): BatchOutcome {
  switch (result.type) {
    case "succeeded":
      return answered(call, result.message, request, priceFor);
    case "errored": {
      const { error } = result.error;
      const { data } = Coded.safeParse(error);
      const said = Object.assign(new Error(error.message), { type: error.type, errorCode: data?.details?.error_code });
      return { call, error: modelError(said, `the request ${call}`), cost: { kind: "free" } };
    }
    case "canceled":
    case "expired": {
      const error = new ModelError("MODEL_BATCH_ENDED", `the request ${call} ${ENDED[result.type]}`);
      return { call, error, cost: { kind: "free" } };
    }
  }
}

/** Some of the errors name their cause. */
const Coded = z.object({ details: z.object({ error_code: z.string() }).nullish() });

const ENDED = { canceled: "was cancelled with its batch", expired: "was not begun before its batch expired" } as const;

function answered(call: string, message: Message, request: ModelRequest, priceFor: (model: string) => Price): BatchOutcome {
  const { model } = message;
  const price = priceFor(model);
  const usage = usageOf(message.usage, { inputTokens: 0, outputTokens: 0 });
  const micros = costOfAll(price, usage, priceFor, "batch");
  const cost = billed(model, usage, micros, price);
  const streamed = {
    ...nothingYet(model),
    text: message.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    stopReason: message.stop_reason ?? undefined,
    stopDetail: message.stop_details?.explanation ?? undefined,
  };
  try {
    const value = answerOf(streamed, answerShape(request.schema), request.schema);
    return { call, cost, answer: { value, model, usage: plain(usage), costMicros: micros } };
  } catch (thrown) {
    return { call, cost, error: modelError(thrown, model, { model, usage: plain(usage), costMicros: micros, exact: true }) };
  }
}
