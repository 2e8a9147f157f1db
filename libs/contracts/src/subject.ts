import { hash } from "node:crypto";
import { ArmadaError } from "./errors.ts";
import { isName } from "./names.ts";

/** What a journal message dispatches or states. */
export type JournalKind = "do" | "bulk" | "lead" | "wait" | "note" | "park" | "end";

/** Every subject of the mesh, taken apart. */
export type Subject =
  | {
      readonly kind: "fact";
      readonly team: string;
      readonly entity: string;
      readonly event: string;
      readonly id: string;
      readonly key: string;
    }
  | {
      readonly kind: "journal";
      readonly team: string;
      readonly does: JournalKind;
      readonly route: string;
      readonly run: string;
      readonly n: number;
      /** Set on a dispatch derived from decision `n`: outside the run's wildcard. */
      readonly branch?: number;
    }
  | { readonly kind: "ask"; readonly to: string; readonly from: string; readonly capability: string; readonly id: string }
  | { readonly kind: "answer"; readonly to: string; readonly from: string; readonly run: string; readonly n: number }
  | { readonly kind: "timer" | "tick"; readonly team: string; readonly run: string; readonly n: number }
  /** Calls that a replica is about to make on a block of its team's budget. */
  | { readonly kind: "draw"; readonly team: string; readonly block: string; readonly n: number }
  /** What administration says of a team or another identity. */
  | { readonly kind: "fleet"; readonly name: string }
  /** What administration says of the isolation of a team, or of an agent: `TEAM` or `TEAM.AGENT`. */
  | { readonly kind: "isolation"; readonly prefix: string };

/** Team, kind, route, run, ordinal and branch. In one go, as most of what is read are journals: by tokens it takes three times as long. */
const JOURNAL =
  /^run\.([a-z][a-z0-9_]{0,47})\.(do|bulk|lead|wait|note|park|end)\.([^\s.*>\p{Cc}\p{Cf}\p{Zs}]+)\.([^\s.*>\p{Cc}\p{Cf}\p{Zs}]+)\.([1-9]\d{0,8})(?:\.([1-9]\d{0,8}))?$/u;
/** Under which token of the fleet's subjects isolations stand: one more than those of names. */
const ISOLATION = "isolation";
/** What no token holds, its dots aside. */
const ILLEGAL_IN_SUBJECT = /[\s*>\p{Cc}\p{Cf}\p{Zs}]/u;
const ILLEGAL = /[\s.*>\p{Cc}\p{Cf}\p{Zs}]/u;

/** A subject token: 1 to 128 bytes of UTF-8 with no dot, wildcard, space or control character. */
export function isToken(text: string): boolean {
  return text.length > 0 && !ILLEGAL.test(text) && (text.length <= 42 || Buffer.byteLength(text) <= 128);
}

/** The first 22 characters (132 bits) of the base64url SHA-256. */
export function shortHash(...parts: readonly string[]): string {
  return hash("sha256", parts.length === 1 ? (parts[0] ?? "") : JSON.stringify(parts), "base64url").slice(0, 22);
}

/** `text` itself where it is a legal token, else its short hash: what comes from outside never shapes a subject. */
export function asToken(text: string): string {
  return isToken(text) ? text : shortHash(text);
}

/** @throws ArmadaError `BAD_TOKEN` */
export function buildSubject(subject: Subject): string {
  switch (subject.kind) {
    case "fact":
      return join("evt", subject.team, subject.entity, subject.event, subject.id, subject.key);
    case "journal": {
      const stem = join("run", subject.team, subject.does, subject.route, subject.run, String(subject.n));
      return subject.branch === undefined ? stem : `${stem}.${subject.branch}`;
    }
    case "ask":
      return join("ask", subject.to, subject.from, subject.capability, subject.id);
    case "answer":
      return join("ans", subject.to, subject.from, subject.run, String(subject.n));
    case "timer":
      return join("at", subject.team, subject.run, String(subject.n));
    case "tick":
      return join("tick", subject.team, subject.run, String(subject.n));
    case "draw":
      return join("draw", subject.team, subject.block, String(subject.n));
    case "fleet":
      return join("fleet", subject.name);
    case "isolation":
      return join("fleet", ISOLATION, ...subject.prefix.split("."));
    default:
      return subject satisfies never;
  }
}

function join(...tokens: readonly string[]): string {
  for (const token of tokens)
    if (!isToken(token))
      throw new ArmadaError("BAD_TOKEN", `${JSON.stringify(token)} cannot be part of a subject`, {
        hint: "tokens have 1 to 128 bytes and no dot, wildcard, space or control character",
      });
  return tokens.join(".");
}

let lastText = "";
let last: Subject | undefined;

/** @returns undefined for what the grammar does not know. Of the text asked for last the answer is kept: each reader on a message's way asks again. */
export function parseSubject(text: string): Subject | undefined {
  if (text !== lastText) {
    last = parse(text);
    lastText = text;
  }
  return last;
}

function parse(text: string): Subject | undefined {
  return text.startsWith("run.") ? parseJournal(text) : parseOther(text);
}

function parseJournal(text: string): Subject | undefined {
  const found = JOURNAL.exec(text);
  if (found === null) return undefined;
  const [, team = "", does, route = "", run = "", n, branch] = found;
  const journal = { kind: "journal", team, does: does as JournalKind, route, run, n: Number(n) } as const;
  return branch === undefined ? journal : { ...journal, branch: Number(branch) };
}

function parseOther(text: string): Subject | undefined {
  const t = text.split(".");
  const [root, a = "", b = "", c = "", d = "", e = ""] = t;
  if (!isName(a) || t.some((token) => token.length === 0) || ILLEGAL_IN_SUBJECT.test(text)) return undefined;
  switch (root) {
    case "evt":
      return t.length === 6 && isName(b) && isName(c) ? { kind: "fact", team: a, entity: b, event: c, id: d, key: e } : undefined;
    case "ask":
      return t.length === 5 && isName(b) && isName(c) ? { kind: "ask", to: a, from: b, capability: c, id: d } : undefined;
    case "ans": {
      const n = ordinal(d);
      return t.length === 5 && isName(b) && n !== undefined ? { kind: "answer", to: a, from: b, run: c, n } : undefined;
    }
    case "at":
    case "tick": {
      const n = ordinal(c);
      if (t.length !== 4 || n === undefined) return undefined;
      return { kind: root === "at" ? "timer" : "tick", team: a, run: b, n };
    }
    case "draw": {
      const n = ordinal(c);
      return t.length === 4 && n !== undefined ? { kind: "draw", team: a, block: b, n } : undefined;
    }
    case "fleet":
      if (t.length === 2) return { kind: "fleet", name: a };
      if (a !== ISOLATION || t.length > 4 || !isName(b) || (t.length === 4 && !isName(c))) return undefined;
      return { kind: "isolation", prefix: t.slice(2).join(".") };
    default:
      return undefined;
  }
}

function ordinal(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** All journal messages of a run, without its derived dispatches. */
export function runFilter(team: string, run: string): string {
  return `run.${team}.*.*.${run}.*`;
}

/** A 32-bit number from a text, for seeds. */
export function hash32(text: string): number {
  return Number.parseInt(hash("sha256", text, "hex").slice(0, 8), 16);
}
