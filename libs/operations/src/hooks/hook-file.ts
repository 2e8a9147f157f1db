import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { z } from "zod";
import { changeShared, readShared, type SharedFile } from "../files/shared-file.ts";
import { newSecret } from "../keys/key-file.ts";
import { isRunPattern, isTypePattern } from "./choice.ts";
import { whyNoTarget } from "./target.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;

/** What an operator wants done with what a hook holds back; `ids` of parked messages, all of them unless said. A number for each, upwards. */
const Order = z.strictObject({
  n: z.int().min(1),
  do: z.enum(["redrive", "discard", "enable"]),
  ids: z.array(z.string()).optional(),
});
export type Order = z.infer<typeof Order>;

/** Where chosen facts and ended runs are sent, as its operator defined it. */
const Hook = z
  .strictObject({
    name: z.string().regex(NAME, "a name is a letter, then letters, digits, - and _"),
    url: z.string(),
    /** Whether plain HTTP may leave this machine. */
    insecure: z.boolean().default(false),
    /** Of Standard Webhooks: `whsec_` and base64. */
    secret: z.string().regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, "a secret is whsec_ and base64"),
    /** Types of facts, or their beginnings before a `*`. */
    types: z.array(z.string().refine(isTypePattern, "a type is TYPE, or its beginning and *")),
    /** Workflows whose runs' ends are sent: `TEAM.WORKFLOW`, `TEAM.*` or `*`. */
    runs: z.array(z.string().refine(isRunPattern, "runs are TEAM.WORKFLOW, TEAM.* or *")),
    made: z.iso.datetime(),
    /** From when on the log is read, by the server's clock. */
    from: z.iso.datetime(),
    /** What is to be done, the newest last. */
    orders: z.array(Order).default([]),
  })
  .superRefine(({ url, insecure }, context) => {
    const why = whyNoTarget(url, insecure);
    if (why !== undefined) context.addIssue({ code: "custom", path: ["url"], message: why.message });
  });
export type Hook = z.infer<typeof Hook>;

const HookFile = z.strictObject({
  layout: z.literal(1),
  hooks: z.array(Hook).superRefine((hooks, context) => {
    const twice = hooks.findIndex(({ name }, i) => hooks.findIndex((other) => other.name === name) < i);
    if (twice !== -1) context.addIssue({ code: "custom", path: [twice, "name"], message: "another hook has it" });
  }),
});
/** How many are kept: those before have long been taken by a gateway that runs. */
const MOST_ORDERS = 200;
/** The beginning of all logs. */
export const FROM_START = new Date(0).toISOString();

/** Where the file of a folder is. */
export const hookFileIn = (folder: string): string => join(folder, "gateway-hooks.json");

const sharedIn = (folder: string): SharedFile<z.infer<typeof HookFile>> => ({
  path: hookFileIn(folder),
  schema: HookFile as z.ZodType<z.infer<typeof HookFile>>,
  none: { layout: 1, hooks: [] },
  code: "HOOKS_INVALID",
  entries: { list: "hooks", one: "hook" },
});

/** No file is no hooks. @throws ArmadaError `HOOKS_INVALID` */
export async function readHooks(folder: string): Promise<readonly Hook[]> {
  return (await readShared(sharedIn(folder))).hooks;
}

/** One by its name. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export async function readHook(folder: string, name: string): Promise<Hook> {
  return found(await readHooks(folder), name);
}

/** Makes a hook. @returns its secret, which nothing else ever tells again. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export async function addHook(
  folder: string,
  about: Pick<Hook, "name" | "url"> & {
    readonly types: readonly string[];
    readonly runs: readonly string[];
    readonly insecure?: boolean;
    /** ISO-8601, UTC; `now` unless said. */
    readonly from?: string;
    readonly now: number;
  },
): Promise<string> {
  const { name, url, types, runs, insecure = false, now } = about;
  if (!NAME.test(name))
    throw new ArmadaError("USAGE", `a hook cannot be called ${name}`, { hint: "a letter, then letters, digits, - and _" });
  const why = whyNoTarget(url, insecure);
  if (why !== undefined) throw new ArmadaError("USAGE", why.message, { hint: why.hint });
  if (types.length + runs.length === 0)
    throw new ArmadaError("USAGE", "a hook wants what it sends", { hint: "--type TYPE, --run TEAM.WORKFLOW, more than once if needed" });
  for (const [flag, list, fits, hint] of [
    ["--type", types, isTypePattern, "content.article.published, or content.*"],
    ["--run", runs, isRunPattern, "content.publish_article, content.* or *"],
  ] as const)
    for (const one of list) if (!fits(one)) throw new ArmadaError("USAGE", `${flag} ${JSON.stringify(one)} names nothing`, { hint });
  const made = new Date(now).toISOString();
  const secret = newSecret();
  await changeShared(sharedIn(folder), (file) => {
    if (file.hooks.some((one) => one.name === name))
      throw new ArmadaError("USAGE", `there is a hook ${name}`, { hint: `armada hooks remove ${name}, or add one of another name` });
    const hook: Hook = { name, url, insecure, secret, types: [...types], runs: [...runs], made, from: about.from ?? made, orders: [] };
    return { ...file, hooks: [...file.hooks, hook] };
  });
  return secret;
}

/** What it has not sent is not sent any more. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export function removeHook(folder: string, name: string): Promise<void> {
  return changeShared(sharedIn(folder), (file) => {
    const gone = found(file.hooks, name);
    return { ...file, hooks: file.hooks.filter((one) => one !== gone) };
  });
}

/** Tells the gateway that sends for a hook what to do; it does so once, also where it is started later. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export function orderHook(folder: string, name: string, order: Omit<Order, "n">): Promise<void> {
  return changeShared(sharedIn(folder), (file) => {
    const hook = found(file.hooks, name);
    const n = (hook.orders.at(-1)?.n ?? 0) + 1;
    const orders = [...hook.orders, { n, ...order }].slice(-MOST_ORDERS);
    return { ...file, hooks: file.hooks.map((one) => (one === hook ? { ...hook, orders } : one)) };
  });
}

function found(hooks: readonly Hook[], name: string): Hook {
  const hook = hooks.find((one) => one.name === name);
  if (hook === undefined) throw new ArmadaError("USAGE", `there is no hook ${name}`, { hint: "armada hooks list" });
  return hook;
}
