import { writeOutFormulas } from "./html/formulas.ts";
import { pageBlocks } from "./html/page-blocks.ts";
import { type Element, isElement, isText, type Node, parsePage, rename, textOf, tooDeep } from "./html/tree.ts";
import { removeUnseen } from "./html/visible.ts";
import type { TextBlock } from "./plain-text.ts";
import { withoutTex } from "./tex.ts";

export type MarkdownDocument = { readonly title: string | undefined; readonly blocks: readonly TextBlock[] };

/**
 * Reads Markdown: CommonMark with GitHub's tables, footnotes and strikethrough, front matter and container directives, by way of the
 * page that it makes. Code blocks are left out, and what builders of sites add to the language (see `withoutDialects`).
 * @throws ArmadaError `UNREADABLE_DOCUMENT`: nested too deep
 */
export async function readMarkdown(text: string): Promise<MarkdownDocument> {
  const [{ micromark }, { gfm, gfmHtml }, { frontmatter, frontmatterHtml }, { directive, directiveHtml }] = await Promise.all([
    import("micromark"),
    import("micromark-extension-gfm"),
    import("micromark-extension-frontmatter"),
    import("micromark-extension-directive"),
  ]);
  // In running text a colon before a word is far more often a colon than a directive.
  const { flow } = directive();
  const depth = text.split("\n").reduce((most, line) => Math.max(most, depthOf(line)), 0);
  if (depth > DEEPEST) throw tooDeep(depth, DEEPEST);
  const source = withoutDialects(text.replace(/^(?:[ \t]*\n)+/u, ""));
  const html = micromark(source, {
    allowDangerousHtml: true,
    extensions: [gfm(), frontmatter(["yaml", "toml"]), { ...(flow === undefined ? {} : { flow }) }],
    htmlExtensions: [
      gfmHtml(),
      {
        enter: {
          strikethrough(token) {
            this.tag(this.sliceSerialize(token).startsWith("~~") ? "<del>" : "<s>");
          },
        },
        exit: {
          strikethrough(token) {
            this.tag(this.sliceSerialize(token).endsWith("~~") ? "</del>" : "</s>");
          },
        },
      },
      frontmatterHtml(["yaml", "toml"]),
      directiveHtml({
        "*"({ label, content }) {
          if (label !== undefined) this.raw(`<p>${label}</p>`);
          this.raw(content ?? "");
          return true;
        },
      }),
    ],
  });
  const root = parsePage(html.replaceAll(/<pre><code[\s\S]*?<\/code><\/pre>/gu, "<hr>"));
  setScripts(root);
  writeOutFormulas(root);
  removeUnseen(root);
  const blocks = pageBlocks(root)
    .map(({ kind, level, text: line }) => ({ kind, level, text: line.replaceAll(/\s?\[[\^@][^\]\s]+\]/gu, "") }))
    .filter(({ text: line }) => line !== "");
  const title = /^(?:---|\+\+\+)\n(?:[\s\S]*?\n)?title\s*[:=]\s*["']?(.*?)["']?\s*\n/u.exec(source)?.[1];
  return { title: title === "" ? undefined : title, blocks };
}

/** Quotations and lists that stand one in the other: nobody writes so many, and their parser takes seconds for ten times as many. */
const DEEPEST = 100;

/** How many a line opens or, where it opens a list, may stand in. */
function depthOf(line: string): number {
  const marks = /^(?:\s*(?:>|(?:[-*+]|\d{1,9}[.)])(?=\s)))*/u.exec(line)?.[0] ?? "";
  const opened = marks.match(/[>*+-]|\d+/gu)?.length ?? 0;
  return opened === 0 ? 0 : opened + Math.floor((/^\s*/u.exec(line)?.[0].length ?? 0) / 2);
}

/**
 * `H~2~O` and `10^4^`, as pandoc writes what is lowered and raised: right behind a letter, a figure or a bracket and without a space.
 * Between single tildes anything else is struck, as at GitHub.
 */
function setScripts(element: Element): void {
  const made: Node[] = [];
  for (const child of element.childNodes) {
    if (isElement(child)) {
      const before = made.at(-1);
      if (
        child.tagName === "s" &&
        before !== undefined &&
        isText(before) &&
        /[\p{L}\p{N})\]]$/u.test(before.value) &&
        /^\S{1,12}$/u.test(textOf(child))
      )
        rename(child, "sub");
      else if (child.tagName !== "code") setScripts(child);
    }
    if (!isText(child)) {
      made.push(child);
      continue;
    }
    let at = 0;
    for (const match of child.value.matchAll(/(?<=[\p{L}\p{N})\]])\^([^\s^]{1,12})\^/gu)) {
      made.push({ ...child, value: child.value.slice(at, match.index) }, raisedText(element, match[1] ?? ""));
      at = match.index + match[0].length;
    }
    made.push({ ...child, value: child.value.slice(at) });
  }
  element.childNodes = made;
}

function raisedText(parent: Element, value: string): Element {
  const { namespaceURI } = parent;
  const sup: Element = { nodeName: "sup", tagName: "sup", attrs: [], namespaceURI, childNodes: [], parentNode: parent };
  sup.childNodes.push({ nodeName: "#text", value, parentNode: sup });
  return sup;
}

/** Lines outside of code that are no CommonMark and no prose: what GitHub's alerts, MDX, MkDocs, Jekyll, Hugo, pandoc and wikis add. */
function withoutDialects(text: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  let inset: number | undefined;
  for (const line of text.split("\n")) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/u.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      lines.push(line);
      continue;
    }
    if (mark !== undefined) fence = mark;
    // What is set in under a note's mark is the note: four columns are no code there.
    const note = /^( {0,8})(?:!!!|\?\?\?\+?|===)\s+(?:"[^"]*"|[\w-]+.*)$/u.exec(line);
    if (note !== null) {
      inset = (note[1]?.length ?? 0) + 4;
      const title = /"([^"]+)"/u.exec(line)?.[1];
      lines.push("", ...(title === undefined ? [] : [title, ""]));
      continue;
    }
    if (inset !== undefined && line.trim() !== "" && !line.startsWith(" ".repeat(inset))) inset = undefined;
    lines.push(fence === undefined ? plainLine(inset === undefined ? line : line.slice(inset)) : line.slice(inset ?? 0));
  }
  return lines
    .join("\n")
    .replaceAll(/\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}|(?<![\p{N}%])%%(?!%)[\s\S]*?%%/gu, "")
    .replaceAll(/\{%[\s\S]*?%\}|\{\{[<%][\s\S]*?[%>]\}\}|\{\/\*[\s\S]*?\*\/\}/gu, "");
}

function plainLine(line: string): string {
  if (/^(?:import\s.+\sfrom\s+["'].+["'];?|import\s+["'][^"']+["'];?|export\s+(?:const|default|function|let)\s.*)\s*$/u.test(line))
    return "";
  if (/^\s*\{:[^}]*\}\s*$/u.test(line)) return "";
  const directive = /^(\s{0,3}:{3,})\s*(?:\{[^}]*\}|([\w-]+)[ \t]*(.*?))\s*$/u.exec(line);
  if (directive?.[1] !== undefined && directive[2] !== undefined && !/^[[{]/u.test(directive[3] ?? ""))
    return `${directive[1]}${directive[2]}${directive[3] === undefined || directive[3] === "" ? "" : `[${directive[3]}]`}`;
  if (directive?.[1] !== undefined && directive[2] === undefined) return `${directive[1]}note`;
  const alert = /^(\s{0,3}(?:>\s?)+)\[![\w-]+\][+-]?[ \t]*(.*)$/u.exec(line);
  if (alert?.[1] !== undefined) return alert[2] === "" ? alert[1] : `${alert[1]}${alert[2]}\n${alert[1]}`;
  return (
    withoutTex(line)
      // A year is no number of a list, and "5*3 ropes and 2*4" has no emphasis.
      .replace(/^(\s{0,3}\d{4,})(?=[.)]\s)/u, "$1\\")
      .replaceAll(/(?<=\d)\*(?=\d)/gu, line.includes("`") ? "*" : "\\*")
      .replaceAll(/==(?=\S)([^=\n]+?)(?<=\S)==/gu, "$1")
      .replace(/^(\s{0,3}#{1,6}\s.*?)\s*\{[#.:][^}]*\}\s*$/u, "$1")
      .replaceAll(/!?\[\[([^\]|]+\|)?([^\]|]+)\]\]/gu, (whole, _, label: string) => (whole.startsWith("!") ? "" : label))
  );
}
