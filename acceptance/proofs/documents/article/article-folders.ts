import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DemoRun } from "../../harness/demo.ts";
import { here } from "../../harness/product.ts";

/** A folder to write from; without a brief its name is the topic. */
export type ArticleFolder = { readonly name: string; readonly path: string; readonly flags: readonly string[] };

const DOCUMENT = /\.(?:md|markdown|txt|html?)$/iu;

/** The examples, the folders of twelve other subjects, and the real documents where they are. */
export function articleFolders(documents: string | undefined): ArticleFolder[] {
  const examples = ["coastal-heat", "night-trains", "urban-beavers"].map((name) => join(here, "examples", name));
  return [...examples.map(folderAt), ...subjectFolders(), ...foldersIn(documents ?? join(here, "../shared/documents"))];
}

/** Twelve committed folders of other subjects; each has a `planted.json`. */
export function subjectFolders(): ArticleFolder[] {
  return foldersIn(join(here, "acceptance/proofs/documents/folders"));
}

/** Six committed folders of three short documents, written later; each has a `planted.json` with two decoys. */
export function shortFolders(): ArticleFolder[] {
  return foldersIn(join(here, "acceptance/proofs/documents/short-folders"));
}

/** Four committed folders of mixed kinds, written after those; each has a `planted.json` with four pairs and four decoys. */
export function mixedFolders(): ArticleFolder[] {
  return foldersIn(join(here, "acceptance/proofs/documents/mixed-folders"));
}

function foldersIn(path: string): ArticleFolder[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => folderAt(join(path, name))).sort((one, two) => (one.name < two.name ? -1 : 1));
}

function folderAt(path: string): ArticleFolder {
  const name = basename(path);
  return { name, path, flags: existsSync(join(path, "brief.json")) ? [] : ["--topic", name.replaceAll(/[-_]/gu, " ")] };
}

export function documentsOf(path: string): string[] {
  return readdirSync(path)
    .filter((name) => DOCUMENT.test(name))
    .sort();
}

/** A copy without its last document; answers that document's name. */
export function withoutOne(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  const last = documentsOf(to).at(-1) ?? "";
  rmSync(join(to, last));
  return last;
}

/** A copy with other file names, in another order. */
export function renamed(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const [at, name] of documentsOf(to).reverse().entries())
    renameSync(join(to, name), join(to, `paper-${at + 1}${name.slice(name.lastIndexOf("."))}`));
}

export type Changed = { readonly file: string; readonly before: string; readonly after: string };

/** A copy in which one number of a sentence that the article states is another; undefined where no such sentence can be found again in its file. */
export function withOtherNumber(from: string, to: string, run: DemoRun): Changed | undefined {
  for (const { source } of run.output.statements) {
    const raw = readFileSync(join(from, source.file), "utf8");
    // With the words around it, because markup may stand elsewhere in the sentence.
    const match = /(?:\S+ )?\S*?(?<![\d.,:])[2-9]\d{0,3}(?![\d.,:]*\d)\S*(?: \S+)?/u.exec(source.quote);
    const number = match === null ? undefined : /(?<![\d.,:])[2-9]\d{0,3}(?![\d.,:]*\d)/u.exec(match[0])?.[0];
    if (match === null || number === undefined || raw.split(match[0]).length !== 2) continue;
    const part = match[0].replace(number, String(Number(number) + 1));
    const after = source.quote.replace(match[0], () => part);
    cpSync(from, to, { recursive: true });
    writeFileSync(
      join(to, source.file),
      raw.replace(match[0], () => part),
    );
    return { file: source.file, before: source.quote, after };
  }
  return undefined;
}
