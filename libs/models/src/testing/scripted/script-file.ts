import { ArmadaError, type Duration, milliseconds } from "@armada/contracts";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";

/** `250ms`, `2s`: milliseconds of it. */
const Length = z.string().transform((text, context) => {
  try {
    return milliseconds(text as Duration);
  } catch {
    context.addIssue(`${JSON.stringify(text)} is no length of time: write 250ms, 2s or 5m`);
    return z.NEVER;
  }
});
/** A text that is contained, or between slashes a regular expression: whether it is in a text. */
const Fits = z
  .string()
  .min(1)
  .transform((text, context): ((said: string) => boolean) => {
    const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/su.exec(text) ?? [];
    if (pattern === undefined) return (said) => said.includes(text);
    try {
      const expression = new RegExp(pattern, flags?.replaceAll(/[gy]/g, ""));
      return (said) => expression.test(said);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });
const Count = z.int().nonnegative();

const answer = {
  /** What the model says, word for word. */
  text: z.string().optional(),
  /** What it says as JSON: where the request has a schema, or forces a tool. */
  json: z.unknown().optional(),
  error: z
    .strictObject({
      status: z.int().min(400).max(599),
      message: z.string().optional(),
      type: z.string().optional(),
      retryAfter: Length.optional(),
    })
    .optional(),
  /** Tokens; what is not said is counted. */
  usage: z
    .strictObject({ input: Count.optional(), output: Count.optional(), cacheRead: Count.optional(), cacheWrite: Count.optional() })
    .optional(),
  /** Before the first byte. */
  delay: Length.optional(),
  /** Between two pieces of a stream. */
  pace: Length.optional(),
  /** The connection is cut in the middle of the answer. */
  breaks: z.boolean().optional(),
};
type Answered = { readonly text?: unknown; readonly json?: unknown; readonly error?: unknown; readonly breaks?: unknown };
function oneAnswer(entry: Answered, context: z.RefinementCtx): void {
  const said = (["text", "json", "error"] as const).filter((name) => entry[name] !== undefined);
  if (said.length !== 1) context.addIssue(`has ${said.join(" and ") || "no answer"}: give one of text, json and error`);
  if (entry.error !== undefined && entry.breaks === true) context.addIssue("an error does not break");
}
const Entry = z
  .strictObject({
    when: z.strictObject({ model: Fits.optional(), system: Fits.optional(), prompt: Fits.optional(), task: Fits.optional() }).optional(),
    /** So many requests at most; then the next entry that fits. */
    times: z.int().positive().optional(),
    ...answer,
  })
  .superRefine(oneAnswer);
export type Entry = z.infer<typeof Entry>;

const Script = z.strictObject({
  /** Models known; any unless said. `doctor` looks an OpenAI-compatible server's model up in this list. */
  models: z.array(z.string().min(1)).optional(),
  /** Keys accepted; any unless said. */
  keys: z.array(z.string().min(1)).optional(),
  answers: z.array(Entry).default([]),
  default: z.strictObject(answer).superRefine(oneAnswer).optional(),
});
/** What the model server says to whom. */
export type Script = z.infer<typeof Script>;

/** Reads a script in YAML or JSON. `file` names it in errors. @throws ArmadaError `SCRIPT_INVALID`, with line, column and path */
export function readScript(text: string, file: string): Script {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined)
    throw invalid([`${file}:${placeText(lines.linePos(broken.pos[0]))}: ${broken.message.split("\n")[0]?.replace(/ at line .*$/, "")}`]);
  const parsed = Script.safeParse(document.toJS() ?? {});
  if (parsed.success && (parsed.data.answers.length > 0 || parsed.data.default !== undefined)) return parsed.data;
  if (parsed.success) throw invalid([`${file}: it has neither answers nor a default`]);
  const found = parsed.error.issues.map((issue) => {
    const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
    const path = unknown === undefined ? issue.path : [...issue.path, unknown];
    const why = unknown === undefined ? issue.message : "there is no such member";
    return { at: offsetOf(document, path), said: `${pathText(path)}${why}` };
  });
  const inOrder = found.toSorted((a, b) => a.at - b.at);
  throw invalid(inOrder.map(({ at, said }) => `${file}:${placeText(lines.linePos(at))}: ${said}`));
}

/** Where what a path leads to stands, or what is nearest to it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = path[length - 1];
    const key = isMap(holder) ? holder.items.find((pair) => isScalar(pair.key) && pair.key.value === name)?.key : undefined;
    const node = key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

const placeText = ({ line, col }: { readonly line: number; readonly col: number }): string => `${line}:${col}`;

/** `answers[0].usage.input: `. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return text === "" ? "" : `${text}: `;
}

function invalid(what: readonly string[]): ArmadaError {
  return new ArmadaError("SCRIPT_INVALID", what.join("; "), { hint: "docs/model-server.md says what a script may say" });
}
