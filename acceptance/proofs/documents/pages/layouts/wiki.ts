import { each, escapeHtml, htmlPage, type Layout, plainBody, wholeText } from "../page-content.ts";
import { footer, links, menu, scripts } from "../page-furniture.ts";

export const mediaWiki: Layout = (story, draw) => {
  let note = 0;
  const marked = (text: string): string =>
    escapeHtml(text).replaceAll(/\.(?= |$)/gu, () =>
      draw.integer(0, 1) === 0 ? `.<sup id="cite_ref-${++note}" class="reference"><a href="#cite_note-${note}">[${note}]</a></sup>` : ".",
    );
  return {
    body: htmlPage(
      `${story.title} - Wiki`,
      `${scripts(draw)}<div id="mw-page-base" class="noprint"></div><div id="content" class="mw-body" role="main"><h1 id="firstHeading" class="firstHeading">${escapeHtml(story.title)}</h1><div id="bodyContent"><div id="siteSub" class="noprint">From Wiki, the free encyclopedia</div>
<div id="mw-content-text"><div class="mw-parser-output"><table class="infobox vcard"><tbody><tr><th colspan="2">${escapeHtml(story.title)}</th></tr><tr><th scope="row">Opened</th><td>${story.date}</td></tr><tr><th>Architect</th><td>${story.author}</td></tr></tbody></table>
<div id="toc" class="toc"><div class="toctitle"><h2>Contents</h2></div><ul>${story.sections.map(({ heading }, at) => `<li><a href="#h${at}"><span class="tocnumber">${at + 1}</span> <span class="toctext">${escapeHtml(heading)}</span></a></li>`).join("")}</ul></div>
${story.sections.map(({ heading, paragraphs }, at) => `<h2><span class="mw-headline" id="h${at}">${escapeHtml(heading)}</span><span class="mw-editsection"><span class="mw-editsection-bracket">[</span><a href="#">edit</a><span class="mw-editsection-bracket">]</span></span></h2>\n${paragraphs.map((text) => `<p>${marked(text)}</p>`).join("\n")}`).join("\n")}
</div></div><div id="catlinks" class="catlinks">Categories: ${links(draw, 5)}</div></div></div>
<div id="mw-navigation"><h2>Navigation menu</h2>${menu(draw, 16)}</div><div id="footer" role="contentinfo"><ul><li>This page was last edited on ${story.date}.</li><li>Text is available under a licence; additional terms may apply.</li></ul></div>`,
    ),
    expected: wholeText(story),
  };
};

export const dokuWiki: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="dokuwiki__site"><div id="dokuwiki__header">${links(draw, 7)}</div><div class="wrapper group"><div id="dokuwiki__content"><div class="page group"><div id="dw__toc"><h3 class="toggle">Table of Contents</h3>${menu(draw, 6)}</div>
<h1 class="sectionedit1">${escapeHtml(story.title)}</h1>${story.sections.map(({ heading, paragraphs }) => `<h2>${escapeHtml(heading)}</h2><div class="level2">${each("p", paragraphs)}</div><div class="secedit editbutton_section"><form class="button btn_secedit" method="post"><div class="no"><button type="submit">Edit</button></div></form></div>`).join("\n")}</div>
<div class="docInfo">start.txt · Last modified: 2019/03/04 by ${story.author}</div></div><div id="dokuwiki__pagetools">${menu(draw, 5)}</div></div></div>`,
  ),
  expected: wholeText(story),
});

/** A company's wiki: columns of layout cells, panels, task lists. */
export const cells: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="com-atlassian-confluence"><div id="header" role="banner">${links(draw, 7)}</div><div class="ia-fixed-sidebar">${menu(draw, 12)}</div><div id="main" class="aui-page-panel"><h1 id="title-text"><a href="#">${escapeHtml(story.title)}</a></h1>
<div id="main-content" class="wiki-content">${story.sections.map(({ heading, paragraphs }, at) => `<div class="columnLayout two-equal"><div class="cell normal"><div class="innerCell"><h2>${escapeHtml(heading)}</h2>${at === 0 ? `<div class="panel"><div class="panelContent">${each("p", paragraphs)}</div></div>` : each("p", paragraphs)}</div></div></div>`).join("\n")}</div>
<div id="likes-and-labels-container">${links(draw, 3)}</div></div>${footer(draw)}</div>`,
  ),
  expected: wholeText(story),
});

/** A wiki of 2002: the page is a cell of one table, its text in lines with breaks. */
export const oldWiki: Layout = (story, draw) => ({
  body: `<HTML><HEAD><TITLE>${escapeHtml(story.title)}</TITLE></HEAD><BODY><TABLE WIDTH="100%"><TR><TD VALIGN=top NOWRAP>${links(draw, 10, "<BR>")}</TD><TD VALIGN=top><H1>${escapeHtml(story.title)}</H1>
${story.sections.map(({ heading, paragraphs }) => `<H2>${escapeHtml(heading)}</H2>${paragraphs.map((text) => `<P>${escapeHtml(text)}`).join("\n")}`).join("\n")}
<HR>${links(draw, 5)}<BR><I>Last edited ${story.date}</I></TD></TR></TABLE></BODY></HTML>`,
  expected: wholeText(story),
});

/** A page whose text stands in a custom element beside custom navigation. */
export const customElements: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<app-shell><nav-bar>${links(draw, 8)}</nav-bar><header-search><form-field><input></form-field></header-search><main-content><page-article><h1>${escapeHtml(story.title)}</h1>${plainBody(story)}</page-article></main-content><button-row>${links(draw, 3)}</button-row><nav>${menu(draw, 4)}</nav></app-shell>`,
  ),
  expected: wholeText(story),
});
