import { z } from "zod";
import type { Embedded, Embeddings } from "../../embeddings/port.ts";
import { ModelError } from "../../errors.ts";
import { bytesOf, ceilingOf } from "../../pricing/ceiling.ts";
import { type Ended, metered } from "../../pricing/metered.ts";
import { costMicros } from "../../pricing/prices.ts";
import { billed } from "../call.ts";
import { costOfFailure, modelError } from "../errors.ts";
import { CALL_HEADER } from "../request-headers.ts";
import { usageOf } from "./answer.ts";
import { type OpenAIOptions, openaiClient, pricing } from "./models.ts";

/** Texts of one request; the least that the servers in use take. OpenAI's own takes 2,048. */
const TEXTS = 256;

const Response = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: z.number().int().nonnegative() }).nullish(),
});

/** Embeddings of an OpenAI-compatible server: one call for each 256 texts, one after the other. Never tries again. */
export function openaiEmbeddings(options: Omit<OpenAIOptions, "modelOf"> & { readonly model: string }): Embeddings {
  const { model } = options;
  const price = pricing(options);
  const client = openaiClient(options);

  const embed: Embeddings["embed"] = async (texts, signal, { meter } = {}) => {
    const made: Embedded[] = [];
    for (let at = 0; at < texts.length; at += TEXTS) {
      signal.throwIfAborted();
      // Text has what an empty one lacks: the API refuses an empty input.
      const input = texts.slice(at, at + TEXTS).map((text) => (text === "" ? " " : text));
      const rates = price(model);
      const ceiling = ceilingOf(rates, { bodyBytes: bytesOf(input), maxTokens: 0, writes: "none" });
      const { embeddings } = await client();
      const ask = async (call: string | undefined): Promise<Ended<Embedded>> => {
        let raw: unknown;
        try {
          const headers = call === undefined ? {} : { [CALL_HEADER]: call };
          raw = await embeddings.create({ model, input, encoding_format: "float" }, { signal, headers });
        } catch (thrown) {
          if (signal.aborted) return { error: signal.reason, cost: { kind: "unknown", reason: "given up before its end" } };
          return { error: modelError(thrown, model), cost: costOfFailure(thrown) };
        }
        const parsed = Response.safeParse(raw);
        const counted = parsed.data?.usage;
        const usage = counted == null ? { inputTokens: 0, outputTokens: 0 } : usageOf(counted);
        const micros = costMicros(rates, usage);
        const cost = counted == null && ceiling.micros > 0 ? UNCOUNTED : billed(model, usage, micros, rates);
        const vectors = parsed.data?.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
        if (vectors?.length !== input.length || vectors.some(({ length }) => length !== vectors[0]?.length))
          return { error: new ModelError("MODEL_ANSWER_INVALID", `${model} did not answer one vector for each text`), cost };
        return { value: { vectors, model, usage, costMicros: micros }, cost };
      };
      made.push(await metered(meter, { tier: "worker", model, ceiling }, signal, ask));
    }
    return {
      vectors: made.flatMap(({ vectors }) => vectors),
      model,
      usage: { inputTokens: made.reduce((sum, { usage }) => sum + usage.inputTokens, 0), outputTokens: 0 },
      costMicros: made.reduce((sum, one) => sum + one.costMicros, 0),
    };
  };
  return { model, embed };
}

const UNCOUNTED = { kind: "unknown", reason: "the provider did not count it" } as const;
