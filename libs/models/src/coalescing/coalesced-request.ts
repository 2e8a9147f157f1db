import { shortHash } from "@armada/contracts";
import { z } from "zod";
import { ModelError, type Spent } from "../errors.ts";
import type { ModelRequest, Passage } from "../port.ts";
import { fitted } from "../providers/fitted.ts";
import { schemaText } from "../result-cache/request-digest.ts";

/** The answer of a joint request; each entry is read by the schema of its own item. */
export type JointAnswer = { readonly items: readonly unknown[] };

const Entry = z.object({ item: z.number(), value: z.unknown() });
const known = new WeakMap<z.ZodType, z.ZodType<JointAnswer>>();

/** Whether the schema can stand inside another: a reference in it names a place from the root. */
export function canJoin(schema: z.ZodType): boolean {
  return !schemaText(schema).includes('"$ref"');
}

/** Requests with another key cannot be one request. */
export function kindOf({ tier, task, system, schema, maxTokens }: ModelRequest): string {
  return JSON.stringify([tier, task, system ?? "", schemaText(schema), maxTokens ?? null]);
}

/**
 * One request for two or more of one kind. Passages with which each item begins stand once, before the others, whose names begin
 * with their item's number, from 1; parameters, and prompts where they differ, are a list.
 */
export function coalescedRequest(requests: readonly [ModelRequest, ...ModelRequest[]]): ModelRequest<JointAnswer> {
  const [first] = requests;
  const n = requests.length;
  const same = requests.every(({ prompt }) => prompt === first.prompt);
  const shared = sharedBy(requests.map(({ material }) => material));
  const keys = requests.flatMap(({ idempotencyKey }) => (idempotencyKey === undefined ? [] : [idempotencyKey]));
  const items = requests.map(({ params, prompt }, i) => ({
    item: i + 1,
    ...(params === undefined ? {} : { params }),
    ...(same || prompt === undefined ? {} : { prompt }),
  }));
  const said = items.some((item) => "params" in item || "prompt" in item);
  return {
    tier: first.tier,
    task: first.task,
    ...(first.system === undefined ? {} : { system: first.system }),
    prompt: promptOf(n, same ? first.prompt : undefined, { listed: said, shared: shared > 0 }),
    material: [
      ...first.material.slice(0, shared).map(({ name, text }) => ({ name: `each item: ${name}`, text })),
      ...requests.flatMap(({ material }, i) => material.slice(shared).map(({ name, text }) => ({ name: `item ${i + 1}: ${name}`, text }))),
    ],
    ...(said ? { params: { items } } : {}),
    schema: schemaOf(first.schema),
    ...(first.maxTokens === undefined ? {} : { maxTokens: first.maxTokens * n }),
    ...(keys.length < n ? {} : { idempotencyKey: `batch-${shortHash(...keys)}` }),
  };
}

/**
 * What the joint answer says of item `n`, from 1.
 * @throws ModelError `MODEL_ANSWER_INVALID` where it says nothing, two things, or what the item's schema does not read
 */
export function itemOf<T>(answer: JointAnswer, n: number, schema: z.ZodType<T>, spent: Spent): T {
  const entries = answer.items.flatMap((entry) => {
    const { data } = Entry.safeParse(entry);
    return data?.item === n ? [data] : [];
  });
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw new ModelError("MODEL_ANSWER_INVALID", `the joint answer has ${entries.length} entries for item ${n}`, { spent });
  const read = fitted(schema, entry.value);
  if (!("error" in read)) return read.value;
  throw new ModelError("MODEL_ANSWER_INVALID", `item ${n} of the joint answer does not fit its schema: ${read.why}`, {
    cause: read.error,
    spent,
  });
}

/** How many passages all begin with. */
function sharedBy(materials: readonly (readonly Passage[])[]): number {
  const [first = [], ...others] = materials;
  const differs = first.findIndex(({ name, text }, i) =>
    others.some((material) => material[i]?.name !== name || material[i]?.text !== text),
  );
  return differs === -1 ? first.length : differs;
}

function promptOf(n: number, prompt: string | undefined, { listed, shared }: { listed: boolean; shared: boolean }): string {
  const lines = [
    `There are ${n} independent items, numbered from 1 to ${n}. Do the same task for each by itself, as if it were the only one.`,
    "The name of a document begins with the number of the item that it belongs to; an item sees no other item's documents.",
    ...(shared ? ['Documents whose name begins with "each item" belong to every one of them.'] : []),
    ...(listed ? ["What else is given for an item stands under its number in the list `items` of the parameters."] : []),
    'Answer with {"items": [{"item": 1, "value": …}, …]}: one entry for each item, with its number and the answer that it would have had alone.',
  ];
  return [...lines, ...(prompt === undefined || prompt === "" ? [] : ["", "The task for each item:", prompt])].join("\n");
}

/**
 * Tells the provider the item's schema, so that it can hold the model to it, and reads any entry, so that a malformed one
 * spoils no other.
 */
function schemaOf(item: z.ZodType): z.ZodType<JointAnswer> {
  const found = known.get(item);
  if (found !== undefined) return found;
  const value: unknown = JSON.parse(schemaText(item));
  const entry = { type: "object", properties: { item: { type: "integer" }, value }, required: ["item", "value"] };
  const made = z.object({ items: z.array(z.unknown().meta(entry)) });
  known.set(item, made);
  return made;
}
