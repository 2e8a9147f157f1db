import type { ModelRequest } from "../port.ts";
import type { AnswerShape } from "./answer-shape.ts";

/** Thinking counts towards the answer's tokens, so the ceiling is well over what a schema needs. */
export const DEFAULT_MAX_TOKENS = 16_000;

/** The texts that follow the material, from what changes least to what changes most. `held`: the provider itself holds the model to the schema. */
export function instructions(request: ModelRequest, shape: AnswerShape, held: boolean): string[] {
  const { params, prompt, task } = request;
  return [
    ...(params === undefined ? [] : [`<parameters>\n${JSON.stringify(params)}\n</parameters>`]),
    ...(prompt === undefined || prompt === "" ? [] : [`<prompt>\n${prompt}\n</prompt>`]),
    `<task>${task}</task>${held ? "" : shown(shape)}`,
  ];
}

function shown(shape: AnswerShape): string {
  return `\nAnswer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(shape.jsonSchema)}`;
}
