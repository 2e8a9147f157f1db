import { each, escapeHtml, htmlPage, type Layout, paragraphsOf, plainBody, sentencesOf, wholeText } from "../page-content.ts";
import { cookieNotice, footer, links, menu, scripts, teasers } from "../page-furniture.ts";

/** ASP.NET Web Forms: the whole page is one form with its state in hidden fields. */
export const webForms: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<form method="post" action="./Page.aspx?id=${draw.integer(1, 999)}" id="aspnetForm">
<div class="aspNetHidden"><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="${"wEPDwUKLTk4".repeat(draw.integer(20, 60))}" /></div>
${scripts(draw)}
<div id="header"><a href="#content">Skip to main content</a>${menu(draw, 9)}<input name="ctl00$search" type="text" /><input type="submit" value="Search" /></div>
<div id="ctl00_ContentPlaceHolder1_pnlMain"><h1>${escapeHtml(story.title)}</h1>
<span id="ctl00_lblBody">${plainBody(story)}</span></div>
<div id="footer">${links(draw, 9)}</div>
</form>`,
  ),
  expected: wholeText(story),
});

/** SharePoint: a form, zones of tables, rich text in divs with zero-width spaces. */
export const sharePoint: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<form id="aspnetForm" action="/Pages/default.aspx" method="post"><div id="s4-ribbonrow">${links(draw, 6, " ")}</div>
<div id="s4-workspace"><table width="100%" cellpadding="0"><tr><td valign="top" class="ms-leftNav">${menu(draw, 10)}</td>
<td valign="top" id="MSOZoneCell_WebPartWPQ2"><div class="ms-rtestate-field"><h1>${escapeHtml(story.title)}</h1>
${story.sections.map(({ heading, paragraphs }) => `<div class="ms-rteElement-H2">\u200b${escapeHtml(heading)}</div>${each("div class='ms-rteElement-P'", paragraphs)}<div>\u200b</div>`).join("\n")}
</div></td></tr></table></div>${footer(draw)}</form>`,
  ),
  expected: wholeText(story),
});

/** A design system of a national government: grid rows, a list of contents, related links, a survey. */
export const designSystem: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `${cookieNotice()}<a href="#main-content" class="govuk-skip-link">Skip to main content</a>
<header role="banner" class="govuk-header">${links(draw, 5)}</header>
<div class="govuk-width-container"><div class="gem-c-breadcrumbs">${links(draw, 3, " &gt; ")}</div>
<main id="content" role="main"><div class="govuk-grid-row"><div class="govuk-grid-column-two-thirds"><span class="govuk-caption-xl">Guidance</span><h1 class="govuk-heading-xl">${escapeHtml(story.title)}</h1></div></div>
<div class="govuk-grid-row"><div class="govuk-grid-column-two-thirds"><nav aria-label="Contents"><ol>${story.sections.map(({ heading }, at) => `<li><a href="#s${at}">${escapeHtml(heading)}</a></li>`).join("")}</ol></nav>
<div class="govspeak">${plainBody(story)}</div></div>
<div class="govuk-grid-column-one-third"><aside><h2>Related content</h2>${menu(draw, 6)}</aside></div></div></main></div>
<div class="gem-c-feedback"><form><h2>Is this page useful?</h2><button>Yes</button><button>No</button><p>Help us improve this site. To help us improve, we would like to know more about your visit today. Please fill in this survey.</p></form></div>${footer(draw)}`,
  ),
  expected: wholeText(story),
});

/** A council's site of 2003: layout tables in tables, font elements, no heading elements. */
export const nestedTables: Layout = (story, draw) => ({
  body: `<html><head><title>${escapeHtml(story.title)}</title></head><body bgcolor="#FFFFFF"><center><table border="0" width="760"><tr><td colspan="3" bgcolor="#003366"><font color="white" size="1">${links(draw, 7)}</font></td></tr>
<tr><td width="150" valign="top"><table><tr><td>${links(draw, 8, "</td></tr><tr><td>")}</td></tr></table></td>
<td width="460" valign="top"><table cellpadding="8"><tr><td><font face="Arial" size="4"><b>${escapeHtml(story.title)}</b></font></td></tr>
${story.sections.map(({ heading, paragraphs }) => `<tr><td><font face="Arial" size="3"><b>${escapeHtml(heading)}</b></font><br>\n<font face="Arial" size="2">${paragraphs.map(escapeHtml).join("<br><br>\n")}</font></td></tr>`).join("\n")}
</table></td><td width="150" valign="top"><font size="1">${teasers(draw, 2)}</font></td></tr></table></center></body></html>`,
  expected: wholeText(story),
});

/** Consolidated law: each subsection a row of a table. */
export const legislation: Layout = (story, draw) => {
  const rows = sentencesOf(story);
  return {
    body: htmlPage(
      story.title,
      `<div id="layout1"><div id="header">${menu(draw, 7)}</div><div id="legSubNav">${links(draw, 6)}</div><div id="viewLegContents"><h1 class="LegTitle">${escapeHtml(story.title)}</h1>
<table class="LegTable">${rows.map((row, at) => `<tr><td class="LegNo">(${at + 1})</td><td class="LegText">${escapeHtml(row)}</td></tr>`).join("\n")}</table></div>${footer(draw)}</div>`,
    ),
    expected: [story.title, ...rows].join("\n"),
  };
};

/** A judgment: numbered paragraphs in an ordered list, names in spans. */
export const judgment: Layout = (story, draw) => ({
  body: htmlPage(
    `${story.author} v ${draw.person()} [${draw.integer(2010, 2025)}]`,
    `<header class="page-header">${links(draw, 6)}</header><article class="judgment"><h1>${escapeHtml(story.title)}</h1><p class="judge">Before: ${draw.person()}</p>
${story.sections.map(({ heading, paragraphs }) => `<h2 class="judgment-heading">${escapeHtml(heading)}</h2><ol>${paragraphs.map((text) => `<li class="para"><p>${escapeHtml(text)}</p></li>`).join("\n")}</ol>`).join("\n")}</article>${footer(draw)}`,
  ),
  expected: wholeText(story),
});

/** A ministry's notice: the text is a definition list in a form with a language switch. */
export const notice: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `${scripts(draw)}<form name="main" action="/search"><select name="lang"><option>English</option><option>Cymraeg</option><option>Gaeilge</option></select>${menu(draw, 8)}
<h1>${escapeHtml(story.title)}</h1><dl>${story.sections.map(({ heading, paragraphs }) => `<dt>${escapeHtml(heading)}</dt>${each("dd", paragraphs)}`).join("\n")}</dl></form>`,
  ),
  expected: wholeText(story),
});

/** A statistical office: little prose, a table that is the matter, notes below it. */
export const statistics: Layout = (story, draw) => {
  const rows = Array.from({ length: draw.integer(8, 20) }, (_, at) => [
    String(2000 + at),
    draw.integer(1000, 99_999).toLocaleString("en-GB"),
    (draw.integer(1, 999) / 10).toFixed(1),
  ]);
  const lead = paragraphsOf(story).slice(0, 3);
  return {
    body: htmlPage(
      story.title,
      `<div class="header">${menu(draw, 8)}</div><div class="section section--content"><h1>${escapeHtml(story.title)}</h1>${each("p", lead)}
<table class="data"><caption>Visitors and income by year</caption><thead><tr><th>Year</th><th>Visitors</th><th>Income per head</th></tr></thead><tbody>${rows.map((row) => `<tr>${each("td", row)}</tr>`).join("\n")}</tbody></table></div>${footer(draw)}`,
    ),
    expected: [
      story.title,
      ...lead,
      "Visitors and income by year",
      "Year Visitors Income per head",
      ...rows.map((row) => row.join(" ")),
    ].join("\n"),
  };
};
