import ts from "typescript-6";

/** One machine-made change of a file. `line` from 1; `from` is what stands there, cut. */
export type Mutation = {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly to: string;
  readonly how: string;
  readonly line: number;
  readonly from: string;
};

const COMPARISONS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
]);

/** All changes of one token or statement that can be made in a file's functions; what stands outside of them is left alone. */
export function mutationsOf(file: string, text: string): Mutation[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const made: Mutation[] = [];
  const add = (node: { getStart(): number; getEnd(): number }, to: string, how: string): void => {
    const [start, end] = [node.getStart(), node.getEnd()];
    const { line } = source.getLineAndCharacterOfPosition(start);
    made.push({ file, start, end, to, how, line: line + 1, from: text.slice(start, end).replaceAll(/\s+/g, " ").slice(0, 100) });
  };
  const visit = (node: ts.Node, inside: boolean): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (inside) mutate(node, add);
    const body = inside || ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, body));
  };
  visit(source, false);
  return made;
}

function mutate(node: ts.Node, add: (node: { getStart(): number; getEnd(): number }, to: string, how: string) => void): void {
  if (ts.isBinaryExpression(node)) {
    const other = COMPARISONS.get(node.operatorToken.kind);
    if (other !== undefined) add(node.operatorToken, other, "another operator");
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) add(node, node.right.getText(), "the default always");
  }
  if (ts.isIfStatement(node)) add(node.expression, `!(${node.expression.getText()})`, "a condition negated");
  if (ts.isIfStatement(node) && node.elseStatement === undefined) add(node, "{}", "an if dropped");
  if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText()})`, "a condition negated");
  if (ts.isExpressionStatement(node) && ts.isBlock(node.parent)) add(node, "{}", "a statement dropped");
  if (ts.isNumericLiteral(node)) add(node, String(Number(node.text) + 1), "one more");
  if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false", "the other truth");
  if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true", "the other truth");
  if (ts.isPostfixUnaryExpression(node) && ts.isExpressionStatement(node.parent))
    add(node, node.operand.getText() + (node.operator === ts.SyntaxKind.PlusPlusToken ? "--" : "++"), "the other way");
  if (ts.isCaseClause(node) && node.statements.length > 0) dropCase(node, add);
  if (ts.isReturnStatement(node) && node.expression !== undefined) add(node.expression, "undefined", "nothing returned");
  if (ts.isSpreadAssignment(node) || ts.isSpreadElement(node)) add(node, ts.isSpreadElement(node) ? "...[]" : "...{}", "nothing spread");
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "filter")
    add(node, node.expression.expression.getText(), "nothing filtered");
}

function dropCase(node: ts.CaseClause, add: (node: { getStart(): number; getEnd(): number }, to: string, how: string) => void): void {
  const [first] = node.statements;
  const last = node.statements.at(-1);
  if (first === undefined || last === undefined) return;
  const returns = ts.isReturnStatement(last) && last.expression !== undefined;
  add(
    { getStart: () => first.getStart(), getEnd: () => last.getEnd() },
    returns ? "return undefined;" : ts.isReturnStatement(last) ? "return;" : "break;",
    "a case dropped",
  );
}

/** Whether a file still has its types with a mutation in it. One service for many mutations: each checks only what changed. */
export class Types {
  readonly #service: ts.LanguageService;
  #changed: { readonly path: string; readonly text: string; readonly version: number } | undefined;
  #version = 0;

  constructor(config: string) {
    const read = ts.readConfigFile(config, ts.sys.readFile);
    const { options, fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, config.slice(0, config.lastIndexOf("/")));
    const engine = fileNames.filter((name) => name.includes("/libs/engine/src/") && !name.endsWith(".test.ts"));
    this.#service = ts.createLanguageService({
      getScriptFileNames: () => engine,
      getScriptVersion: (path) => (this.#changed?.path === path ? String(this.#changed.version) : "0"),
      getScriptSnapshot: (path) => {
        const text = this.#changed?.path === path ? this.#changed.text : ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
      getCompilationSettings: () => ({ ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false }),
      getDefaultLibFileName: (all) => ts.getDefaultLibFilePath(all),
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
  }

  /** What is wrong with a file that holds `text`. */
  faults(path: string, text: string): string[] {
    this.#changed = { path, text, version: ++this.#version };
    const found = [...this.#service.getSyntacticDiagnostics(path), ...this.#service.getSemanticDiagnostics(path)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  }
}
