import { each, escapeHtml, htmlPage, type Layout, paragraphsOf, plainBody, wholeText } from "../page-content.ts";
import { footer, links, menu, scripts } from "../page-furniture.ts";
import { wrapped } from "./forum.ts";

export const sphinx: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div class="wy-grid-for-nav"><nav data-toggle="wy-nav-shift" class="wy-nav-side"><div role="search"><form><input type="text" placeholder="Search docs" /></form></div>${menu(draw, 18)}</nav>
<section class="wy-nav-content-wrap"><div class="wy-nav-content"><div class="rst-content"><div role="navigation" aria-label="Page navigation"><ul class="wy-breadcrumbs"><li>${links(draw, 2)}</li><li>View page source</li></ul></div>
<div role="main" class="document" itemscope><div itemprop="articleBody"><section id="top"><h1>${escapeHtml(story.title)}<a class="headerlink" href="#top" title="Link to this heading"></a></h1>
${story.sections.map(({ heading, paragraphs }, at) => `<section id="s${at}"><h2>${escapeHtml(heading)}<a class="headerlink" href="#s${at}">¶</a></h2>${at === 1 ? `<div class="admonition note"><p class="admonition-title">Note</p>${each("p", paragraphs)}</div>` : each("p", paragraphs)}</section>`).join("\n")}
</section></div></div><footer><div class="rst-footer-buttons">${links(draw, 2)}</div><p>Built with a theme provided by its makers.</p></footer></div></div></section></div>`,
  ),
  expected: wholeText(story),
});

export const docusaurus: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `${scripts(draw)}<div id="__docusaurus"><nav class="navbar">${links(draw, 6)}</nav><div class="main-wrapper"><aside class="theme-doc-sidebar-container">${menu(draw, 16)}</aside><main><div class="container"><div class="row"><div class="col docItemCol"><article><div class="theme-doc-markdown markdown"><header><h1>${escapeHtml(story.title)}</h1></header>
${story.sections.map(({ heading, paragraphs }, at) => `<h2 class="anchor" id="h${at}">${escapeHtml(heading)}<a class="hash-link" href="#h${at}">\u200b</a></h2>${each("p", paragraphs)}${at === 0 ? `<div class="language-bash codeBlockContainer"><pre tabindex="0"><code><span class="token-line">curl -sS https://example.org/v1/items</span></code></pre><button>Copy</button></div>` : ""}`).join("\n")}
</div></article><nav class="pagination-nav">${links(draw, 2)}</nav></div><div class="col col--3">${menu(draw, 5)}</div></div></div></main></div>${footer(draw)}</div>`,
  ),
  expected: wholeText(story),
});

/** A repository's page: the read-me among lists of files. */
export const repositoryPage: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<header>${links(draw, 8)}</header><div class="application-main"><main><table aria-labelledby="folders-and-files"><tbody>${Array.from({ length: 14 }, (_, at) => `<tr><td><a href="#">file-${at}.ts</a></td><td>Update file ${at}</td><td>last month</td></tr>`).join("")}</tbody></table>
<article class="markdown-body entry-content container-lg" itemprop="text"><div class="markdown-heading"><h1 class="heading-element">${escapeHtml(story.title)}</h1></div>${plainBody(story)}</article>
<div class="Layout-sidebar"><h2>About</h2><p>No description, website, or topics provided.</p><h2>Languages</h2>${links(draw, 3)}</div></main></div>${footer(draw)}`,
  ),
  expected: wholeText(story),
});

/** A manual page: section names at the margin, text indented in `pre`. */
export const manualPage: Layout = (story, draw) => ({
  body: htmlPage(
    "tool(1) - manual page",
    `<table class="nav"><tr><td>${links(draw, 5)}</td></tr></table><hr/><pre>TOOL(1)                 General Commands Manual                TOOL(1)</pre>
${story.sections.map(({ heading, paragraphs }) => `<h2><a class="top-link">${escapeHtml(heading.toUpperCase())}</a></h2><pre>${paragraphs.map((text) => escapeHtml(wrapped(text, 66).replaceAll(/^/gmu, "       "))).join("\n\n")}</pre>`).join("\n")}<hr/><p>${links(draw, 4)}</p>`,
  ),
  expected: story.sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs]).join("\n"),
});

/** Markdown of a documentation site: front matter, imports, directives, a footnote. */
export const directivesMd: Layout = (story, draw) => ({
  ending: ".md",
  body: `---\nid: page-${draw.integer(1, 99)}\nsidebar_label: Overview\n---\n\nimport Tabs from '@theme/Tabs';\n\n# ${story.title}\n\n${story.sections
    .map(
      ({ heading, paragraphs }, at) =>
        `## ${heading} {#section-${at}}\n\n${at === 0 ? `:::note\n\n${paragraphs.join("\n\n")}\n\n:::` : paragraphs.map((text) => wrapped(text, 78)).join("\n\n")}`,
    )
    .join("\n\n")}\n`,
  expected: wholeText(story),
});

export const admonitionsMd: Layout = (story) => ({
  ending: ".md",
  body: `+++\ntitle = "${story.title}"\ndraft = false\n+++\n\n# ${story.title}\n\n[![Build](https://example.org/badge.svg)](https://example.org/ci)\n\n${story.sections
    .map(
      ({ heading, paragraphs }, at) =>
        `${heading}\n${"-".repeat(heading.length)}\n\n${at === 0 ? `!!! warning "Before you begin"\n    ${paragraphs.map((text) => wrapped(text, 70).replaceAll("\n", "\n    ")).join("\n\n    ")}` : paragraphs.map((text) => wrapped(text, 78)).join("\n\n")}`,
    )
    .join("\n\n")}\n`,
  expected: wholeText(story),
});

/** A request for comments: page breaks with running heads and feet every so many lines. */
export const rfcText: Layout = (story) => {
  const lines = story.sections.flatMap(({ heading, paragraphs }, at) => [
    `${at + 1}.  ${heading}`,
    "",
    ...paragraphs.flatMap((text) => [
      ...wrapped(text, 66)
        .split("\n")
        .map((line) => `   ${line}`),
      "",
    ]),
  ]);
  const pages: string[] = [];
  for (let at = 0; at < lines.length; at += 44)
    pages.push(
      `${lines.slice(at, at + 44).join("\n")}\n\n\n${story.author.padEnd(26)}Informational                    [Page ${at / 44 + 1}]\n\f\nRFC 9999                     ${story.title.slice(0, 24)}                March 2019\n\n`,
    );
  return { ending: ".txt", body: `${story.title}\n\n${pages.join("\n")}`, expected: wholeText(story) };
};

/** A wiki-like handbook kept as one long list of terms. */
export const glossary: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="toc">${menu(draw, 12)}</div><div id="main"><h1>${escapeHtml(story.title)}</h1><dl class="glossary">${paragraphsOf(story)
      .map((text, at) => `<dt id="t${at}"><strong>Term ${at + 1}</strong></dt><dd>${escapeHtml(text)}</dd>`)
      .join("\n")}</dl></div>${footer(draw)}`,
  ),
  expected: [story.title, ...paragraphsOf(story)].join("\n"),
});
