/** What stands in every canary, of letters that all shapes of keys take: it is told wherever it is, whole or in part. */
const MARK = "QCANARYQ";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A planted secret. `text`: how an error speaks of it. */
export type Canary = { readonly value: string; readonly text: string };

/** Digits as letters, so that a number stands in keys that know no digits. */
function lettersOf(number: number): string {
  return String(number)
    .padStart(4, "0")
    .replaceAll(/\d/gu, (digit) => LETTERS[Number(digit)] ?? "");
}

const SHAPES: readonly ((core: string, random: (length: number) => string) => string)[] = [
  (core, random) => ["sk", "ant", "api03", core + random(20)].join("-"),
  (core, random) => ["sk", "proj", core + random(20)].join("-"),
  (core, random) => ["ghp", core + random(24)].join("_"),
  (core, random) => ["github", "pat", core + random(24)].join("_"),
  (core, random) => ["glpat", core + random(12)].join("-"),
  (core, random) => ["xoxb", "4711", core + random(12)].join("-"),
  (core, random) => ["AKIA", core, random(4)].join(""),
  (core, random) => ["AIza", core, random(23)].join(""),
  (core, random) => ["hf", core + random(22)].join("_"),
  (core, random) => ["npm", core + random(24)].join("_"),
  (core, random) => ["SG", core + random(8), random(24)].join("."),
  (core, random) => ["sk", "live", core + random(12)].join("_"),
  (core, random) => ["eyJhbGciOiJIUzI1NiJ9", `eyJ${core}`, random(30)].join("."),
  (core, random) => ["SU", core, random(44)].join(""),
  (core, random) => ["-----BEGIN", `PRIVATE KEY-----\n${core}${random(40)}\n-----END`, "PRIVATE KEY-----"].join(" "),
];
/** As errors speak of keys. */
const SAID: readonly ((value: string) => string)[] = [
  (value) => `the key ${value} was refused`,
  (value) => JSON.stringify({ error: { message: value } }),
  (value) => `https://someone:${encodeURIComponent(value)}@example.com/`,
  (value) => `Authorization: Bearer ${value}`,
  (value) => `GET /?api_key=${encodeURIComponent(value)}&x=1`,
  (value) => JSON.stringify({ password: value }),
];
/** Forms in which only a value that is known can be told. */
const ENCODED: readonly ((value: string) => string)[] = [
  (value) => `Authorization: Basic ${Buffer.from(`someone:${value}`).toString("base64")}`,
  (value) => `in hexadecimal ${Buffer.from(value).toString("hex")}`,
  (value) => `with ${value} in words`,
  (value) => JSON.stringify(JSON.stringify({ value })),
  (value) => Buffer.from(`${value}?`).toString("base64url"),
];

/** `known`: secrets that a process is given, of no shape; as many others are told by their shape alone. `draw` answers a number in [0, 1). */
export function plant(known: number, shaped: number, draw: () => number): { readonly known: Canary[]; readonly shaped: Canary[] } {
  const random = (length: number): string => `${Array.from({ length: length - 1 }, () => LETTERS[Math.floor(draw() * 32)]).join("")}7`;
  const all = SAID.concat(ENCODED);
  return {
    known: Array.from({ length: known }, (_, n) => {
      const value = `${random(4)}.${MARK}${lettersOf(n)}"${random(8)}/+`;
      return { value, text: all[n % all.length]?.(value) ?? "" };
    }),
    shaped: Array.from({ length: shaped }, (_, n) => {
      const value = SHAPES[n % SHAPES.length]?.(MARK + lettersOf(known + n), random) ?? "";
      return { value, text: SAID[Math.floor(n / SHAPES.length) % SAID.length]?.(value) ?? "" };
    }),
  };
}

const base64 = [0, 1, 2].map((before) =>
  Buffer.from(`${"-".repeat(before)}${MARK}`)
    .toString("base64")
    .slice(Math.ceil((before * 8) / 6), Math.floor(((before + MARK.length) * 8) / 6)),
);
const FOUND = new RegExp([MARK, ...base64, Buffer.from(MARK).toString("hex")].join("|"), "gu");

/** The canaries in a text, in any form, each with what stands around it. */
export function found(text: string): string[] {
  return [...text.matchAll(FOUND)].map(({ index }) => text.slice(Math.max(0, index - 60), index + 40));
}
