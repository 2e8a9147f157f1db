import type { Checked, SourceTable } from "./draft.ts";
import { escapeXml } from "./escape-xml.ts";
import { asItStands, LOCAL_LINE, leftOutLine, leftOutTablesLine, numbersOf, type Page, paragraphs, UNSOURCED_MARK } from "./page.ts";

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2026;--soft:#5b6470;--line:#d9dde3;--page:#fdfcf9;--mark:#fff1c2;--link:#1f5f8b}
@media(prefers-color-scheme:dark){:root{--ink:#e6e4df;--soft:#a2a9b3;--line:#3a4049;--page:#17191d;--mark:#5a4a12;--link:#8cc4ea}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:1.09rem/1.65 Charter,"Iowan Old Style",Georgia,serif}
main{max-width:42rem;margin:0 auto;padding:2rem 1.25rem 4rem}figure{margin:0 0 2rem}figure svg{display:block;width:100%;height:auto;border-radius:8px}
h1{font-size:2.2rem;line-height:1.15;margin:0 0 1rem;letter-spacing:-.01em;text-wrap:balance}h2{font-size:1.35rem;margin:2.4rem 0 .6rem}h3{font-size:1rem;margin:1.4rem 0 .3rem}
.standfirst{font-size:1.25rem;line-height:1.5;color:var(--soft)}p{margin:0 0 1rem;hyphens:auto}sup{font:.68rem/1 system-ui,sans-serif}a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}mark{background:var(--mark);color:inherit;padding:0 .2em}table{width:100%;border-collapse:collapse;font:.92rem/1.45 system-ui,sans-serif}
th,td{text-align:left;vertical-align:top;padding:.5rem .6rem .5rem 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}.n{font-variant-numeric:tabular-nums;white-space:nowrap}
ol.sources,.apparatus{font:.95rem/1.55 system-ui,sans-serif}blockquote{margin:0 0 1rem;padding-left:1rem;border-left:3px solid var(--line);white-space:pre-line}.how{color:var(--soft);font-style:italic}`;

/** The page as one HTML file that needs nothing beside it. Every word from outside is escaped. */
export function renderHtml(page: Page): string {
  const { content, metadata } = page;
  const parts = [`<figure>${page.cover.trim()}</figure>`, `<h1>${escapeXml(metadata.title)}</h1>`];
  for (const { agent, what } of page.degraded) parts.push(`<p class="how" data-degraded="${escapeXml(agent)}">${escapeXml(what)}</p>`);
  if (content.standfirst.length > 0)
    parts.push(`<p class="standfirst">${content.standfirst.map((one) => sentence(page, one)).join(" ")}</p>`);
  for (const { heading, sentences } of content.sections)
    parts.push(
      `<section><h2>${escapeXml(heading)}</h2>${paragraphs(sentences)
        .map((list) => `<p>${list.map((one) => sentence(page, one)).join(" ")}</p>`)
        .join("\n")}</section>`,
    );
  const tables = content.tables.filter(({ rows }) => rows !== undefined);
  if (content.figures.length + tables.length > 0)
    parts.push(part("Figures at a glance", [...figures(page), ...tables.map((one) => sourceTable(page, one))].join("")));
  if (content.contradictions.length > 0)
    parts.push(
      part(
        "Where the sources disagree",
        table(
          ["About", "One says", "Another says"],
          content.contradictions.map(({ about, places }) => [
            escapeXml(about),
            ...places.map((place) => `“${escapeXml(place.quote)}” ${marks(page, [place])}`),
          ]),
        ),
      ),
    );
  if (content.unanswered.length > 0)
    parts.push(
      part("What they do not say", `<ul>${content.unanswered.map((question) => `<li>${escapeXml(question)}</li>`).join("")}</ul>`),
    );
  const passedOver = leftOutHtml(page);
  if (passedOver !== "") parts.push(part("Left out", passedOver));
  if (page.posts.length > 0)
    parts.push(
      part(
        "Posts",
        page.posts.map(({ channel, text }) => `<p><b>${escapeXml(channel)}</b></p><blockquote>${escapeXml(text)}</blockquote>`).join(""),
      ),
    );
  parts.push(
    part(
      "Sources",
      `<ol class="sources">${page.numbering.map(({ file, title }, i) => `<li id="source-${i + 1}">${escapeXml(title)} (<code>${escapeXml(file)}</code>)</li>`).join("")}</ol>`,
    ),
  );
  if (content.skipped.length > 0)
    parts.push(
      `<p class="apparatus">Left out: ${content.skipped.map(({ file, why }) => `<code>${escapeXml(file)}</code> (${escapeXml(why)})`).join("; ")}.</p>`,
    );
  if (content.extractive) parts.push(`<p class="how">${LOCAL_LINE}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(metadata.title)}</title>
<meta name="description" content="${escapeXml(metadata.description)}">
<meta name="keywords" content="${escapeXml(metadata.keywords.join(", "))}">
<meta property="og:type" content="article">
<meta property="og:title" content="${escapeXml(metadata.title)}">
<meta property="og:description" content="${escapeXml(metadata.description)}">
<style>${STYLE}
</style>
</head>
<body>
<main>
<article>
${parts.join("\n")}
</article>
</main>
</body>
</html>
`;
}

function part(heading: string, body: string): string {
  return `<section class="apparatus"><h2>${heading}</h2>${body}</section>`;
}

function figures(page: Page): string[] {
  const { figures: all } = page.content;
  if (all.length === 0) return [];
  return [
    table(
      ["Number", "Unit", "Of what", "Source"],
      all.map(({ number, unit, what, file }) => [escapeXml(number), escapeXml(unit), escapeXml(what), marks(page, [{ file, quote: "" }])]),
    ),
  ];
}

function sourceTable(page: Page, { file, called, rows: [head = [], ...body] = [] }: SourceTable): string {
  const name = escapeXml(called === "" ? "Table" : called);
  return `<h3>${name} ${marks(page, [{ file, quote: "" }])}</h3>${table(
    head.map(escapeXml),
    body.map((cells) => cells.map(escapeXml)),
  )}`;
}

function leftOutHtml(page: Page): string {
  const { leftOut } = page.content;
  const list = leftOut.map((one) => `<li>${escapeXml(asItStands(one))} ${marks(page, [one])}</li>`).join("");
  const tables = leftOutTablesLine(page);
  return [
    leftOut.length > 0 ? `<details><summary>${escapeXml(leftOutLine(page))}</summary><ul>${list}</ul></details>` : "",
    tables === undefined ? "" : `<p>${escapeXml(tables)}.</p>`,
  ].join("");
}

function sentence(page: Page, one: Checked): string {
  const text = escapeXml(one.text);
  return one.sources.length === 0
    ? `<mark title="No source carries this">${text} <sup>[${UNSOURCED_MARK}]</sup></mark>`
    : `<span title="${escapeXml(one.sources.map(({ file, quote }) => `${file}: ${quote}`).join("\n"))}">${text}</span> ${marks(page, one.sources)}`;
}

function marks(page: Page, sources: Checked["sources"]): string {
  return [...new Set(numbersOf(page, sources))].map((number) => `<sup><a href="#source-${number}">[${number}]</a></sup>`).join("");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [lead, ...others] = head;
  return `<table><thead><tr><th>${[lead, ...others].join("</th><th>")}</th></tr></thead><tbody>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</tbody></table>`;
}
