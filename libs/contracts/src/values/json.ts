import { ArmadaError } from "../errors.ts";

/** Nesting beyond this would exhaust the stack of some reader. */
const MAX_DEPTH = 64;
/** Only where one of these is in a text can it hold a number that a 64-bit float does not. */
const LONG_NUMBER = /[\d.]{16}|\d[eE]/;
/** Of valid JSON; the strings' rule has no choice to go back to, however long they are. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[[\]{},:]/g;
/** What `toPrecision` takes. */
const MAX_DIGITS = 100;

/** A value that the mesh does not hold as it was said: where it lies (`data.items.0.ref`), and why. */
export type Unkept = { readonly path: string; readonly why: string };

/**
 * JSON from outside, as it was said. @throws SyntaxError where it is none; ArmadaError `NOT_KEPT` where readers would get
 * something else, naming the path below `root`
 */
export function parseJson(text: string, root = ""): unknown {
  const value: unknown = JSON.parse(text);
  const unkept = unkeptNumber(text, root);
  if (unkept !== undefined) throw notKept(unkept);
  return value;
}

/** @throws ArmadaError `NOT_KEPT` for what `unkeptValue` names */
export function checkKept(value: unknown, root: string): void {
  const unkept = unkeptValue(value, root);
  if (unkept !== undefined) throw notKept(unkept);
}

function notKept({ path, why }: Unkept): ArmadaError {
  return new ArmadaError("NOT_KEPT", path === "" ? why : `${path}: ${why}`);
}

/**
 * The first number of a JSON text that readers would get rounded. Kept is what a 64-bit float says again when it is asked
 * for as many digits, and of whole numbers only what is written back as the same number.
 */
export function unkeptNumber(text: string, root: string): Unkept | undefined {
  if (!LONG_NUMBER.test(text)) return undefined;
  const open: { key: string | number }[] = [];
  let name = "";
  for (const [token] of text.matchAll(TOKEN)) {
    const here = open.at(-1);
    switch (token[0]) {
      case "{":
        open.push({ key: "" });
        break;
      case "[":
        open.push({ key: 0 });
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"':
        name = token;
        break;
      case ":":
        if (here !== undefined) here.key = String(JSON.parse(name));
        break;
      case ",":
        if (typeof here?.key === "number") here.key++;
        break;
      default:
        if (!isKept(token)) {
          const path = [...(root === "" ? [] : [root]), ...open.map(({ key }) => key)].join(".");
          return { path, why: "numbers beyond 2^53, or with more digits than a 64-bit float holds, come as text" };
        }
    }
  }
  return undefined;
}

function isKept(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  const said = decimal(token);
  if (decimal(String(value)) === said) return true;
  if (Number.isInteger(value)) return false;
  const digits = /^-?(\d*)e/.exec(said)?.[1]?.length ?? 0;
  return digits >= 1 && digits <= MAX_DIGITS && decimal(value.toPrecision(digits)) === said;
}

/** The one form of a decimal number: its digits without zeros at either end, and the power of ten; `-0` is `0`. */
function decimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  return short === "" ? "0" : `${sign}${short}e${BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - short.length)}`;
}

/**
 * What JSON can say and the mesh must not hold: nesting that would exhaust a reader's stack, numbers that are none, and
 * members that the mesh or the language give a meaning of their own (`$object` names a stored body).
 */
export function unkeptValue(value: unknown, root: string): Unkept | undefined {
  const open: { value: unknown; path: string; depth: number }[] = [{ value, path: root, depth: 0 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { path, depth } = one;
    if (typeof one.value === "number" && !Number.isFinite(one.value)) return { path, why: "the number is too large for a 64-bit float" };
    if (typeof one.value !== "object" || one.value === null) continue;
    if (depth >= MAX_DEPTH) return { path: root, why: `it is nested deeper than ${MAX_DEPTH}` };
    for (const [key, inner] of Object.entries(one.value)) {
      const below = path === "" ? key : `${path}.${key}`;
      if (key === "$object" || key === "__proto__") return { path: below, why: `a member may not be named ${key}` };
      if (typeof inner === "object" || typeof inner === "number") open.push({ value: inner, path: below, depth: depth + 1 });
    }
  }
  return undefined;
}
