import ts from "typescript-6";
import type { Mutation } from "./mutations.ts";

/** What a change must not be to count as a mutant of the engine. Decided from the change alone, before any program is drawn. */
export const RULES = {
  same: "leaves the code as it was, token for token",
  twice: "makes the same code as another mutant, or negates an equality that another one turns round",
  text: "changes what an error or a log line says, or the trace that a message belongs to: no journal rule reads them",
  never: "stands where the types say that nothing comes",
} as const;
export type Rule = keyof typeof RULES;

/** Properties that hold words for people, or telemetry. */
const TEXTS: ReadonlySet<string> = new Set(["hint", "message", "traceparent"]);

/** Which rule leaves a mutation out; undefined where it counts. `made`: the code of those before it, to which its own is added. */
export function leftOut(source: ts.SourceFile, { start, end, to, how }: Mutation, made: Set<string>): Rule | undefined {
  const { text } = source;
  if (tokens(to) === tokens(text.slice(start, end))) return "same";
  const node = nodeAt(source, start, end);
  if (node !== undefined && within(node, isText)) return "text";
  if (node !== undefined && within(node, ts.isSatisfiesExpression)) return "never";
  if (how === "a condition negated" && node !== undefined && isEquality(node)) return "twice";
  const code = tokens(text.slice(0, start) + to + text.slice(end));
  if (made.has(code)) return "twice";
  made.add(code);
  return undefined;
}

/** Code without what is between its tokens, blocks that hold nothing, and the value of `return undefined`. */
function tokens(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  const found: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) found.push(scanner.getTokenText());
  return found.join(" ").replaceAll("return undefined ;", "return ;");
}

/** The smallest node that holds a stretch of the text. */
function nodeAt(source: ts.SourceFile, start: number, end: number): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) > start || node.getEnd() < end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function within(node: ts.Node, holds: (node: ts.Node) => boolean): boolean {
  for (let one: ts.Node | undefined = node; one !== undefined && !ts.isStatement(one); one = one.parent) if (holds(one)) return true;
  return false;
}

function isText(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node)) return TEXTS.has(node.name.getText());
  if (ts.isSpreadAssignment(node)) return /\btraceparent\b/.test(node.getText());
  return ts.isNewExpression(node) && node.expression.getText().endsWith("Error");
}

function isEquality(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
}
