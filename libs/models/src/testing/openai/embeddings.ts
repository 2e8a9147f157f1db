import { createHash } from "node:crypto";
import { z } from "zod";
import { KEY_HEADER, TASK_HEADER } from "../../providers/anthropic/request.ts";
import { type Known, placeOf, type Refused } from "../anthropic/messages-request.ts";
import { roughTokens } from "../anthropic/prompt-cache.ts";
import { CALL_HEADER, type Headers } from "../server/api-request.ts";
import { type Fault, mulberry32 } from "../server/faults.ts";
import type { Job } from "../server/serve.ts";
import { openaiWire } from "./wire.ts";

/** Of one request; source: platform.openai.com/docs/api-reference/embeddings/create, 2026-11. */
const INPUTS = 2_048;
const DIMENSIONS = 256;
const Text = z.string().min(1);
const Body = z.object({
  model: z.string().min(1),
  input: z.union([Text.transform((text) => [text]), z.array(Text).min(1).max(INPUTS)]),
  encoding_format: z.enum(["float", "base64"]).default("float"),
  dimensions: z.number().int().min(1).max(4_096).default(DIMENSIONS),
});

/** `POST /v1/embeddings` as a job. */
export function embeddingsJob(
  value: unknown,
  headers: Headers,
  models: Known | undefined,
  id: string,
  draw: () => Fault | undefined,
): Job | Refused {
  const parsed = Body.safeParse(value ?? {});
  if (!parsed.success) return { refused: "invalid", message: placeOf(parsed.error) };
  const { model, input, encoding_format: format, dimensions } = parsed.data;
  if (models !== undefined && !models.has(model)) return { refused: "not_found", message: `The model \`${model}\` does not exist` };
  const tokens = input.reduce((sum, text) => sum + roughTokens(text), 0);
  const usage = { input_tokens: tokens, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const key = headers(KEY_HEADER);
  const call = headers(CALL_HEADER);
  return {
    about: {
      id,
      provider: "openai",
      model,
      task: headers(TASK_HEADER) ?? "embeddings",
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(call === undefined ? {} : { call }),
    },
    wire: openaiWire,
    stream: false,
    fault: draw(),
    asked: usage,
    make: (cut) => {
      const data = input.map((text, index) => ({ object: "embedding", index, embedding: encoded(embedding(text, dimensions), format) }));
      const body = JSON.stringify({ object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
      return Promise.resolve({ usage, whole: () => (cut ? body.slice(0, Math.floor(body.length / 2)) : body), frames: () => [] });
    },
  };
}

/** A unit vector that is the same for the same text, always; nearness of meaning is not in it. */
function embedding(text: string, dimensions: number): Float32Array {
  const random = mulberry32(createHash("sha256").update(text).digest().readUInt32LE(0));
  const vector = Float32Array.from({ length: dimensions }, () => random() * 2 - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The official client asks for base64 unless told otherwise: 32-bit floats, little-endian. */
function encoded(vector: Float32Array, format: "float" | "base64"): number[] | string {
  return format === "float" ? [...vector] : Buffer.from(vector.buffer).toString("base64");
}
