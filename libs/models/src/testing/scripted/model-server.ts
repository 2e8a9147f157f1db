import type { Plan } from "../server/answer-job.ts";
import type { ApiRequest } from "../server/api-request.ts";
import { type ApiServer, startApiServer } from "../server/api-server.ts";
import type { Entry, Script } from "./script-file.ts";

/** `answer` names the entry that answered, as `answers[0]` or `default`; undefined where none fits. */
export type Served = { readonly model: string; readonly answer: string | undefined; readonly status: number };

/** Of a prompt that no answer fits, so many characters are said. */
const SAID = 120;

/**
 * A server on loopback that speaks the providers' protocols and says what a script says. A request that nothing in it fits gets a 400
 * that quotes it, and is counted as `unmatched`. `heard` hears of each request as it is answered.
 */
export function startModelServer(options: {
  readonly script: Script;
  readonly port?: number | undefined;
  readonly heard?: (served: Served) => void;
}): Promise<ApiServer> {
  const { script, port, heard } = options;
  const left = script.answers.map(({ times }) => times ?? Number.POSITIVE_INFINITY);
  const choose = (request: ApiRequest): { readonly name: string; readonly entry: Omit<Entry, "when"> } | undefined => {
    const at = script.answers.findIndex((entry, i) => (left[i] ?? 0) > 0 && fits(entry, request));
    const entry = script.answers[at];
    if (entry === undefined) return script.default === undefined ? undefined : { name: "default", entry: script.default };
    left[at] = (left[at] ?? 0) - 1;
    return { name: `answers[${at}]`, entry };
  };
  const plan = (request: ApiRequest): Plan => {
    const chosen = choose(request);
    const made = chosen === undefined ? unmatched(request) : planOf(chosen.entry);
    heard?.({ model: request.model, answer: chosen?.name, status: made.refuse?.status ?? 200 });
    return made;
  };
  return startApiServer({ plan, port, models: script.models, anyModel: script.models === undefined, keys: script.keys });
}

function fits({ when }: Entry, { model, system, text, task }: ApiRequest): boolean {
  const said = { model, system: system ?? "", prompt: text, task };
  return (["model", "system", "prompt", "task"] as const).every((name) => when?.[name]?.(said[name]) ?? true);
}

function planOf({ text, json, error, usage, delay, pace, breaks }: Omit<Entry, "when">): Plan {
  return {
    text: text ?? JSON.stringify(json ?? null),
    usage: {
      ...(usage?.input === undefined ? {} : { input_tokens: usage.input }),
      ...(usage?.output === undefined ? {} : { output_tokens: usage.output }),
      ...(usage?.cacheRead === undefined ? {} : { cache_read_input_tokens: usage.cacheRead }),
      ...(usage?.cacheWrite === undefined ? {} : { cache_creation_input_tokens: usage.cacheWrite }),
    },
    delayMs: delay,
    pieceMs: pace,
    breaks,
    refuse: error && {
      status: error.status,
      message: error.message ?? "the script says so",
      type: error.type,
      retryAfterMs: error.retryAfter,
    },
  };
}

function unmatched({ model, text }: ApiRequest): Plan {
  const said = text.length > SAID ? `${text.slice(0, SAID)}…` : text;
  const message = `no answer of the script fits: model ${model}, prompt ${JSON.stringify(said)}`;
  return { text: "", refuse: { status: 400, message, unmatched: true } };
}
