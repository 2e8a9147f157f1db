import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import ts from "typescript-6";
import { root } from "./command.ts";

/** Files whose text is itself the subject. */
const TEXTS: Readonly<Record<string, string>> = {
  "acceptance/proofs/product/mistakes-files.ts": "team files that are wrong on purpose",
  "acceptance/proofs/product/mistakes.ts": "the right one beside them",
  "libs/cli/src/scaffold/files.ts": "what `armada new team` writes",
  "libs/cli/src/project.ts": "the hint of what a team file ends in",
};

/** How a team file ends; as text in another file, nothing checks its types, and a reader does not find it. */
const TEAM = /\b(?:export default team|defineTeam)\(/u;

function holdsText(path: string): boolean {
  const text = readFileSync(root + path, "utf8");
  if (!TEAM.test(text)) return false;
  const inText = (node: ts.Node): boolean =>
    ((ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && TEAM.test(node.getText())) ||
    ts.forEachChild(node, (child) => inText(child) || undefined) === true;
  return inText(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], { cwd: root, encoding: "utf8" });
const found = tracked.split("\n").filter((path) => path !== "" && existsSync(root + path) && holdsText(path));
const teams = found.filter((path) => !Object.hasOwn(TEXTS, path));
const gone = Object.keys(TEXTS).filter((path) => !found.includes(path));
for (const path of teams) console.error(`${path} holds a team as text: make it files under acceptance/teams, which copyTeam copies`);
for (const path of gone) console.error(`${path} holds no team as text: take it out of TEXTS in infra/verify/team-texts.ts`);
process.exitCode = teams.length + gone.length === 0 ? 0 : 1;
