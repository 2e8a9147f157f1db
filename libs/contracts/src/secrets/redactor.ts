import { HIDDEN, withoutShapes } from "./shapes.ts";

/** Characters that a value has at least to be struck: a shorter one would strike ordinary text. */
export const LEAST_SECRET = 8;
/** A value of letters alone is taken for a word below this length. */
const LEAST_LETTERS = 16;

/** Strikes secrets out of texts. */
export type Redactor = {
  /** Whether there is any value to be struck. */
  readonly knows: boolean;
  /** Whether a text, or JSON of it, has the value of a secret. */
  holds(text: string): boolean;
  /** Without the values of secrets: for what is meant to be kept, results of work among it. */
  values(text: string): string;
  /** Without these and what looks like a secret: for errors, logs and traces. */
  all(text: string): string;
  /** How much of a text's end may be the beginning of a secret whose rest is still to come, in characters. */
  pending(text: string): number;
};

/**
 * Strikes `secrets`, in the forms in which a value travels: as it is, in JSON (also JSON within JSON), percent-encoded, in base64
 * and base64url wherever in what was encoded it stands (a user's name before it, say), in hexadecimal. Values too short to be told
 * from ordinary text are left out: under 8 characters, or 16 where they are letters alone.
 */
export function redactorOf(secrets: Iterable<string>): Redactor {
  const values = [...new Set(secrets)].filter(isTelling);
  const forms = [...new Set(values.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const shortest = Math.min(...forms.map(({ length }) => length));
  const strike = (text: string): string =>
    text.length < shortest ? text : forms.reduce((left, form) => (left.includes(form) ? left.replaceAll(form, HIDDEN) : left), text);
  return {
    knows: values.length > 0,
    holds: (text) => forms.some((form) => text.includes(form)),
    values: strike,
    all: (text) => withoutShapes(strike(text)),
    pending: (text) => Math.max(0, ...values.map((value) => begun(text, value))),
  };
}

/** `value` with each of its texts struck, names of members too; itself where nothing was. Takes what JSON can say. */
export function redactIn<T>(value: T, strike: (text: string) => string): T {
  return inside(value, strike) as T;
}

function inside(value: unknown, strike: (text: string) => string): unknown {
  if (typeof value === "string") return strike(value);
  if (typeof value !== "object" || value === null) return value;
  if (isClean(value, strike)) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => inside(one, strike));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [strike(name), inside(one, strike)]));
}

/** Most values have nothing to strike: told without a copy. */
function isClean(value: object, strike: (text: string) => string): boolean {
  if (Array.isArray(value)) return value.every((one: unknown) => inside(one, strike) === one);
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) if (strike(name) !== name || inside(members[name], strike) !== members[name]) return false;
  return true;
}

function isTelling(value: string): boolean {
  return value.length >= (/^[A-Za-z]*$/.test(value) ? LEAST_LETTERS : LEAST_SECRET);
}

function formsOf(value: string): string[] {
  const json = inJson(value);
  const percent = encodeURIComponent(value.toWellFormed());
  const base64 = [0, 1, 2].map((before) => base64Of(value, before));
  return [
    value,
    json,
    inJson(json),
    percent,
    percent.replaceAll(/%../g, (code) => code.toLowerCase()),
    percent.replaceAll("%20", "+"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    Buffer.from(value).toString("hex"),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The characters that a value alone decides, of base64 in which it stands behind `before` other bytes (and any threes of them). */
function base64Of(value: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
  return bytes.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

/** The longest end of `text` with which `value` begins. */
function begun(text: string, value: string): number {
  for (let length = Math.min(text.length, value.length - 1); length > 0; length--) if (text.endsWith(value.slice(0, length))) return length;
  return 0;
}
