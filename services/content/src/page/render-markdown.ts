import type { Checked } from "./draft.ts";
import {
  asItStands,
  LISTED_MOST,
  LOCAL_LINE,
  leftOutLine,
  leftOutTablesLine,
  numbersOf,
  type Page,
  paragraphs,
  UNSOURCED_MARK,
} from "./page.ts";

/** The page as Markdown. A sentence is followed by the numbers of its sources, or by a mark where it has none. */
export function renderMarkdown(page: Page): string {
  const { content, metadata } = page;
  const blocks = [`# ${escapeMarkdown(metadata.title)}`, `![](cover.svg)`];
  if (page.degraded.length > 0) blocks.push(page.degraded.map(({ what }) => `> *${escapeMarkdown(what)}*`).join("\n>\n"));
  if (content.standfirst.length > 0)
    blocks.push(
      `**${content.standfirst.map(({ text }) => escapeMarkdown(text)).join(" ")}** ${marks(
        page,
        content.standfirst.flatMap(({ sources }) => sources),
      )}`.trim(),
    );
  for (const { heading, sentences } of content.sections) {
    blocks.push(`## ${escapeMarkdown(heading)}`);
    for (const paragraph of paragraphs(sentences)) blocks.push(paragraph.map((one) => sentence(page, one)).join(" "));
  }
  const tables = content.tables.filter(({ rows }) => rows !== undefined);
  if (content.figures.length + tables.length > 0) blocks.push("## Figures at a glance");
  if (content.figures.length > 0)
    blocks.push(
      table(
        ["Number", "Unit", "Of what", "Source"],
        content.figures.map(({ number, unit, what, file }) => [number, unit, escapeMarkdown(what), marks(page, [{ file, quote: "" }])]),
      ),
    );
  for (const { file, called, rows: [head = [], ...body] = [] } of tables)
    blocks.push(
      `**${escapeMarkdown(called === "" ? "Table" : called)}** ${marks(page, [{ file, quote: "" }])}`,
      table(
        head.map(escapeMarkdown),
        body.map((cells) => cells.map(escapeMarkdown)),
      ),
    );
  if (content.contradictions.length > 0)
    blocks.push(
      "## Where the sources disagree",
      table(
        ["About", "One says", "Another says"],
        content.contradictions.map(({ about, places }) => [
          escapeMarkdown(about),
          ...places.map((place) => `“${escapeMarkdown(place.quote)}” ${marks(page, [place])}`),
        ]),
      ),
    );
  if (content.unanswered.length > 0)
    blocks.push("## What they do not say", content.unanswered.map((question) => `- ${escapeMarkdown(question)}`).join("\n"));
  const passedOver = leftOutMarkdown(page);
  if (passedOver.length > 0) blocks.push("## Left out", ...passedOver);
  if (page.posts.length > 0)
    blocks.push(
      "## Posts",
      ...page.posts.map(
        ({ channel, text }) =>
          `**${escapeMarkdown(channel)}**\n\n${text
            .split("\n")
            .map((line) => `> ${escapeMarkdown(line)}`)
            .join("\n")}`,
      ),
    );
  blocks.push("## Sources", page.numbering.map(({ file, title }, i) => `${i + 1}. ${escapeMarkdown(title)} (\`${file}\`)`).join("\n"));
  if (content.skipped.length > 0) blocks.push(`Left out: ${content.skipped.map(({ file, why }) => `\`${file}\` (${why})`).join("; ")}.`);
  if (content.extractive) blocks.push(`*${LOCAL_LINE}*`);
  return `${blocks.join("\n\n")}\n`;
}

/** Few passages themselves, many by their number; tables by their names. */
function leftOutMarkdown(page: Page): string[] {
  const { leftOut } = page.content;
  const blocks: string[] = [];
  if (leftOut.length > LISTED_MOST) blocks.push(`${leftOutLine(page)}.`);
  else if (leftOut.length > 0)
    blocks.push(`${leftOutLine(page)}:`, leftOut.map((one) => `- ${escapeMarkdown(asItStands(one))} ${marks(page, [one])}`).join("\n"));
  const tables = leftOutTablesLine(page);
  return tables === undefined ? blocks : [...blocks, `${escapeMarkdown(tables)}.`];
}

function sentence(page: Page, one: Checked): string {
  return one.sources.length === 0
    ? `${escapeMarkdown(one.text)} **[${UNSOURCED_MARK}]**`
    : `${escapeMarkdown(one.text)} ${marks(page, one.sources)}`;
}

function marks(page: Page, sources: Checked["sources"]): string {
  return [...new Set(numbersOf(page, sources))].map((number) => `[${number}]`).join("");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Marks that would turn a source's words into markup. Underscores inside words and lone hyphens are left readable. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*[\]<>]/gu, "\\$&")
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/^(#{1,6}\s|\d+\.\s|[-+]\s)/u, "\\$1");
}
