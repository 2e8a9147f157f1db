import { each, escapeHtml, htmlPage, type Layout, paragraphsOf, plainBody, wholeText } from "../page-content.ts";
import { cookieNotice, footer, links, menu, scripts, teasers, unseenTeasers } from "../page-furniture.ts";

/** Teasers of other stories between the paragraphs and after them. */
export const newspaper: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `${cookieNotice()}${scripts(draw)}<div class="site-header">${menu(draw, 10)}</div><div class="layout"><div class="layout__main"><article class="story"><h1 class="story__headline">${escapeHtml(story.title)}</h1><div class="story__byline">By <a href="#">${story.author}</a></div>
<div class="story__body">${story.sections.map(({ heading, paragraphs }, at) => `<h2>${escapeHtml(heading)}</h2>${each("p class='story__text'", paragraphs)}${at === 0 ? `<aside class="related">${teasers(draw, 2)}</aside>` : ""}`).join("\n")}</div></article>
<section class="most-read"><h2>Most read</h2>${teasers(draw, 5)}</section></div></div>${footer(draw)}`,
    `<script type="application/ld+json">${JSON.stringify({ "@type": "NewsArticle", headline: story.title })}</script>`,
  ),
  expected: wholeText(story),
});

export const blog: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="page" class="hfeed site"><header id="masthead">${links(draw, 5)}</header><div id="primary"><main id="main"><article class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">${escapeHtml(story.title)}</h1><div class="entry-meta">Posted on ${story.date} by ${story.author}</div></header><div class="entry-content">${plainBody(story)}<div class="sharedaddy"><h3>Share this:</h3>${links(draw, 3)}</div></div></article>
<div id="comments"><h2>2 thoughts</h2><ol class="comment-list"><li><p>Thanks for writing this up, I had been wondering about it for a while.</p></li><li><p>I was there last week and the queue was longer than you say.</p></li></ol><form id="commentform"><p>Your email address will not be published.</p><textarea></textarea></form></div></main></div><div id="secondary">${menu(draw, 12)}</div>${footer(draw)}</div>`,
  ),
  expected: wholeText(story),
});

/** A letter by mail: tables for layout, a preview line that nobody sees. */
export const newsletter: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div style="display:none;max-height:0;overflow:hidden">Only the preview of a mail program shows this line of the letter, and no reader of it ever does.</div><table role="presentation" width="100%"><tr><td align="center"><table role="presentation" width="600"><tr><td><a href="#">View in browser</a></td></tr><tr><td><h1>${escapeHtml(story.title)}</h1></td></tr>
${story.sections.map(({ heading, paragraphs }) => `<tr><td class="section"><table role="presentation"><tr><td><h2>${escapeHtml(heading)}</h2></td></tr><tr><td>${each("p", paragraphs)}</td></tr></table></td></tr>`).join("\n")}
<tr><td><p>You receive this letter because you signed up. <a href="#">Unsubscribe</a></p>${links(draw, 3)}</td></tr></table></td></tr></table>`,
  ),
  expected: wholeText(story),
});

/** Questions that open: the answers are there, closed. */
export const questions: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<header>${menu(draw, 8)}</header><main><h1>${escapeHtml(story.title)}</h1>${story.sections.map(({ heading, paragraphs }) => `<details><summary>${escapeHtml(heading)}</summary>${each("p", paragraphs)}</details>`).join("\n")}</main>${footer(draw)}`,
  ),
  expected: wholeText(story),
});

/** Text in lists only: a briefing. */
export const briefing: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div class="nav">${links(draw, 8)}</div><div class="content"><h1>${escapeHtml(story.title)}</h1>${story.sections.map(({ heading, paragraphs }) => `<h3>${escapeHtml(heading)}</h3><ul>${each("li", paragraphs)}</ul>`).join("\n")}</div><div class="foot">${links(draw, 6)}</div>`,
  ),
  expected: wholeText(story),
});

export const slides: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div class="reveal"><div class="slides"><section><h1>${escapeHtml(story.title)}</h1><p>${story.author}</p></section>${story.sections.map(({ heading, paragraphs }) => `<section><h2>${escapeHtml(heading)}</h2>${each("p class='fragment'", paragraphs)}</section>`).join("\n")}</div></div>${scripts(draw)}`,
  ),
  expected: wholeText(story),
});

/** No paragraph is closed, no attribute quoted: as hands wrote HTML 3.2. */
export const unclosed: Layout = (story, draw) => ({
  body: `<title>${escapeHtml(story.title)}</title><body bgcolor=white><h1>${escapeHtml(story.title)}</h1>${story.sections.map(({ heading, paragraphs }) => `<h2>${escapeHtml(heading)}</h2>${paragraphs.map((text) => `<p>${escapeHtml(text)}`).join("\n")}`).join("\n")}<hr>${links(draw, 6)}`,
  expected: wholeText(story),
});

/** What is hidden or struck, by attribute, style or element; none of it is read, and it is longer than the page. */
export const hidden: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<main><h1>${escapeHtml(story.title)}</h1>${plainBody(story)}</main><div hidden>${unseenTeasers(draw)}</div><div style="display: none">${unseenTeasers(draw)}</div><template>${unseenTeasers(draw)}</template><del>${unseenTeasers(draw)}</del><div style="visibility:hidden">${unseenTeasers(draw)}</div>`,
  ),
  expected: wholeText(story),
});

/** The page of a program in the browser: its text comes rendered, its data again as JSON. */
export const hydrated: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="__next"><div class="css-1x2y3z"><div class="css-9ab">${links(draw, 7)}</div><div class="css-77q"><div class="css-h1">${escapeHtml(story.title)}</div>${story.sections.map(({ heading, paragraphs }) => `<div class="css-0"><div class="css-h2">${escapeHtml(heading)}</div>${each("div class='css-p'", paragraphs)}</div>`).join("\n")}</div></div></div><script id="__NEXT_DATA__" type="application/json">${JSON.stringify({ props: { text: paragraphsOf(story) } }).replaceAll("<", "\\u003c")}</script>`,
  ),
  expected: wholeText(story),
});

const TYPOGRAPHIC: readonly (readonly [RegExp, string])[] = [
  [/'/gu, "’"],
  [/ and /gu, " – and "],
  [/\bthe old\b/giu, "the “old”"],
];
const typographic = (text: string): string => TYPOGRAPHIC.reduce((done, [from, to]) => done.replaceAll(from, to), text);
const WINDOWS: Readonly<Record<string, number>> = { "’": 0x92, "–": 0x96, "“": 0x93, "”": 0x94 };

/** Windows-1252, said as ISO-8859-1, which HTML reads as Windows-1252. */
export const windows1252: Layout = (story, draw) => {
  const text = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><title>${escapeHtml(story.title)}</title></head><body><div id="nav">${links(draw, 7)}</div><div id="main"><h1>${escapeHtml(story.title)}</h1>${plainBody(story).replace(/(?<=>)[^<]+/gu, typographic)}</div></body></html>`;
  return {
    body: Uint8Array.from(Array.from(text), (char) => WINDOWS[char] ?? char.codePointAt(0) ?? 0),
    expected: typographic(wholeText(story)),
  };
};

export const utf16: Layout = (story, draw) => ({
  body: Uint8Array.from(
    Buffer.from(
      `\ufeff${htmlPage(story.title, `<div id="nav">${links(draw, 7)}</div><div id="main"><h1>${escapeHtml(story.title)}</h1>${plainBody(story)}</div>`).replace('<meta charset="utf-8">', "")}`,
      "utf16le",
    ),
  ),
  expected: wholeText(story),
});

/** XHTML with its prologue, a CDATA section in its script and self-closed elements. */
export const xhtml: Layout = (story, draw) => ({
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>${escapeHtml(story.title)}</title><script type="text/javascript">//<![CDATA[\nif (1 < 2 && 3 > 2) { var a = "<p>not text</p>"; }\n//]]></script></head><body><div id="navigation">${menu(draw, 9)}</div><div id="content"><h1>${escapeHtml(story.title)}</h1><br/>${plainBody(story)}</div>${footer(draw)}</body></html>`,
  expected: wholeText(story),
});
