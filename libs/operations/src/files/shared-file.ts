import { open, readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, type ErrorCode } from "@armada/contracts";
import { writeWhole } from "@armada/nats/whole-file";
import { z } from "zod";

const LOCK_MS = 5_000;

/** A JSON file beside the gateway's identities, which commands change and a running gateway reads. */
export type SharedFile<T> = {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** What stands there where there is no file. */
  readonly none: T;
  /** Of a file that cannot be read: `KEYS_INVALID`. */
  readonly code: ErrorCode;
  /** The list that its entries stand in, and what one of them is called: `keys`, `key`. */
  readonly entries: { readonly list: string; readonly one: string };
};

/** No file is `none`. @throws ArmadaError `code` */
export async function readShared<T>(file: SharedFile<T>): Promise<T> {
  const { path, schema, none, code, entries } = file;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code: why, message } = cause as NodeJS.ErrnoException;
    if (why === "ENOENT") return none;
    throw new ArmadaError(code, `${path} cannot be read: ${message}`, { cause, hint: "it belongs to whom the gateway runs as" });
  }
  const value = jsonIn(text);
  if (value === undefined)
    throw new ArmadaError(code, `${path} is not JSON`, {
      hint: `bring it back from a copy, or remove it and add its ${entries.list} anew`,
    });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ArmadaError(code, `${path}: ${whatIsWrong(parsed.error, value, entries)}`, {
    hint: `correct that in the file, or remove the entry and add its ${entries.one} anew`,
  });
}

/** One change at a time; readers see the file before or after, never half of it. @throws ArmadaError `USAGE`, `code` */
export async function changeShared<T>(file: SharedFile<T>, make: (before: T) => T): Promise<void> {
  const { path, schema, entries } = file;
  const lock = `${path}.lock`;
  for (const deadline = performance.now() + LOCK_MS; ; await sleep(20)) {
    try {
      await (await open(lock, "wx")).close();
      break;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT")
        throw new ArmadaError("USAGE", `there is no folder for ${path}`, { cause, hint: "start the mesh once, or --keys DIR" });
      if (code !== "EEXIST") throw cause;
      if (performance.now() > deadline)
        throw new ArmadaError("USAGE", `${path} is being changed by another command`, { hint: `where none runs, remove ${lock}` });
    }
  }
  try {
    const made = make(await readShared(file));
    const parsed = schema.safeParse(made);
    if (!parsed.success) throw new ArmadaError("USAGE", whatIsWrong(parsed.error, made, entries), { hint: "nothing was written" });
    await writeWhole(path, `${JSON.stringify(parsed.data, undefined, 2)}\n`);
  } finally {
    await rm(lock);
  }
}

/** The parser's message is left out: it repeats of the text, where secrets are. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first thing, in a sentence: `the key shop: perMinute: …`. */
function whatIsWrong({ issues: [issue] }: z.ZodError, file: unknown, { list, one }: SharedFile<unknown>["entries"]): string {
  const [first, index, ...below] = issue?.path ?? [];
  const message = issue?.message ?? "it does not fit";
  if (first !== list || typeof index !== "number") return [...(issue?.path ?? []), message].join(": ");
  const all = z.object({ [list]: z.array(z.unknown()) }).safeParse(file).data?.[list];
  const entry = z.object({ name: z.string() }).safeParse(all?.[index]);
  return [
    entry.success ? `the ${one} ${entry.data.name}` : `${one} ${index + 1}`,
    ...(below.length === 0 ? [] : [below.join(".")]),
    message,
  ].join(": ");
}
