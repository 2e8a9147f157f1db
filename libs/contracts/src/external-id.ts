import { z } from "zod";
import { ArmadaError } from "./errors.ts";

/** How an event's id is told from its data where the code that declares it is elsewhere: texts and paths, put together. */
export const IdRule = z.array(z.union([z.string(), z.object({ path: z.array(z.string()) })]));
export type IdRule = z.infer<typeof IdRule>;

/** Says nothing about which member is meant. */
const HARMLESS = /\?\.|\?\?\s*(?:""|''|``)/g;
/** What chooses, where a rule has no choice. */
const CHOOSES = /\?|\|\||&&|[=!]=|\b(?:if|switch|for|while|throw)\b|[^=!<>]=(?![=>])/;

/**
 * The rule that a declared `id` follows: a path into the data, or a text of paths, as in `(data) => data.order` and
 * ``({ shop, order }) => `${shop}-${order}` ``. Declared without an `id`, it is the empty rule.
 * @throws ArmadaError `EXTERNAL_ID` for a function that does more than that
 */
export function idRuleOf(type: string, id: (data: never) => string): IdRule {
  const paths: (readonly string[])[] = [];
  const wrong = (why: string): ArmadaError =>
    new ArmadaError("EXTERNAL_ID", `the id of ${type} is told by code that cannot be told to the gateway: ${why}`, {
      hint: "make it a path into the data, (data) => data.order, or a template string of paths",
    });
  if (CHOOSES.test(id.toString().replaceAll(HARMLESS, "."))) throw wrong("it chooses");
  const at = (path: readonly string[]): unknown =>
    new Proxy(() => undefined, {
      get: (_target, key) => {
        if (key === Symbol.toPrimitive || key === "toString")
          return () => {
            paths.push(path);
            return `\0${paths.length - 1}\0`;
          };
        if (typeof key === "symbol") throw wrong("it looks at more than members");
        return at([...path, key]);
      },
      apply: () => {
        throw wrong(`it calls ${path.join(".")}`);
      },
      has: () => {
        throw wrong("it looks whether something is there");
      },
    });
  let told: unknown;
  try {
    told = (id as (data: unknown) => unknown)(at([]));
  } catch (error) {
    throw error instanceof ArmadaError ? error : wrong(error instanceof Error ? error.message : String(error));
  }
  // biome-ignore lint/style/useTemplate: a proxy of a path becomes the text that stands for it
  const text = told === undefined || told === null ? "" : "" + (told as string);
  return text.split("\0").flatMap((part, i): IdRule => {
    if (i % 2 === 0) return part === "" ? [] : [part];
    return [{ path: [...(paths[Number(part)] ?? [])] }];
  });
}

/** The id that a rule tells of data; "" where a member that it names is not there or is no text or number. */
export function idBy(rule: IdRule, data: unknown): string {
  let id = "";
  for (const part of rule) {
    const value = typeof part === "string" ? part : memberOf(data, part.path);
    if (typeof value !== "string" && typeof value !== "number") return "";
    id += String(value);
  }
  return id;
}

function memberOf(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
