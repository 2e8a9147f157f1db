import type { Draw } from "../../contradictions/contradiction-drawing.ts";
import { each, escapeHtml, htmlPage, type Layout, paragraphsOf, type Story } from "../page-content.ts";
import { cookieNotice, footer, links, menu, teasers } from "../page-furniture.ts";

type Post = { readonly by: string; readonly paragraphs: readonly string[] };

/** Each section is somebody's post. */
const posts = (story: Story, draw: Draw): readonly Post[] => story.sections.map(({ paragraphs }) => ({ by: draw.person(), paragraphs }));
const spoken = (story: Story): string => [story.title, ...paragraphsOf(story)].join("\n");

export const phpBb: Layout = (story, draw) => ({
  body: htmlPage(
    `View topic - ${story.title}`,
    `<div id="wrap"><div id="page-header"><ul class="navlinks">${links(draw, 6)}</ul></div><div id="page-body"><h2 class="topic-title"><a href="./viewtopic.php?t=12">${escapeHtml(story.title)}</a></h2>
${posts(story, draw)
  .map(
    (
      { by, paragraphs },
      at,
    ) => `<div id="p${at}" class="post bg${at % 2}"><div class="inner"><dl class="postprofile"><dt><a href="#">${by}</a></dt><dd>Posts: ${draw.integer(1, 9000)}</dd><dd>Joined: Tue Mar 04, 2008 9:12 am</dd></dl>
<div class="postbody"><h3><a href="#p${at}">Re: ${escapeHtml(story.title)}</a></h3><p class="author">by ${by} » Sat Jan 0${draw.integer(1, 9)}, 2016 7:4${at} pm</p><div class="content">${paragraphs.map(escapeHtml).join("<br /><br />\n")}</div><div class="signature">Never argue with a man who buys ink by the barrel</div></div></div></div>`,
  )
  .join("\n<hr class='divider' />\n")}
</div><div id="page-footer">${links(draw, 5)}<p>It is currently Sun Jan 10, 2016 8:11 am. All times are UTC</p></div></div>`,
  ),
  expected: spoken(story),
});

export const crawlerThread: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<header>${links(draw, 4)}</header><div id="main-outlet" class="wrap" role="main"><div id="topic-title"><h1><a href="/t/12">${escapeHtml(story.title)}</a></h1></div>
${posts(story, draw)
  .map(
    ({ by, paragraphs }, at) =>
      `<div itemprop="comment" itemscope itemtype="http://schema.org/Comment" id="post_${at + 1}" class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator"><a href="#">${by}</a></span><time class="post-time">January ${at + 1}, 2024</time></div><div class="post" itemprop="text">${each("p", paragraphs)}</div><div class="post-likes">${draw.integer(1, 40)} Likes</div></div>`,
  )
  .join("\n")}
<div id="related-topics" class="more-topics__list"><h3>Related topics</h3><table><tr><td>${links(draw, 5, "</td></tr><tr><td>")}</td></tr></table></div></div>${footer(draw)}`,
  ),
  expected: spoken(story),
});

/** Comments indented by spacer images in nested tables. */
export const commentTables: Layout = (story, draw) => ({
  body: `<html op="item"><head><title>${escapeHtml(story.title)}</title></head><body><center><table id="hnmain" width="85%"><tr><td bgcolor="#ff6600"><span class="pagetop">${links(draw, 6)}</span></td></tr><tr><td>
<table class="fatitem"><tr class="athing"><td class="title"><span class="titleline"><a href="#">${escapeHtml(story.title)}</a></span></td></tr></table><br>
<table class="comment-tree">${posts(story, draw)
    .map(
      ({ by, paragraphs }, at) =>
        `<tr class="athing comtr"><td><table><tr><td class="ind"><img src="s.gif" width="${at * 40}"></td><td class="default"><span class="comhead"><a class="hnuser">${by.replace(" ", "")}</a> ${draw.integer(1, 20)} hours ago</span><div class="comment"><div class="commtext c00">${paragraphs.map(escapeHtml).join("<p>")}</div><div class="reply"><a href="#">reply</a></div></div></td></tr></table></td></tr>`,
    )
    .join("\n")}</table>
</td></tr><tr><td><center><span class="yclinks">${links(draw, 7)}</span></center></td></tr></table></center></body></html>`,
  expected: spoken(story),
});

export const questionAndAnswers: Layout = (story, draw) => {
  const [question, ...answers] = posts(story, draw);
  const cell = (post: Post | undefined, kind: string): string =>
    post === undefined
      ? ""
      : `<div class="${kind}"><div class="votecell">${draw.integer(0, 300)}</div><div class="postcell"><div class="s-prose js-post-body">${each("p", post.paragraphs)}</div><div class="user-info">answered by <a href="#">${post.by}</a></div></div></div>`;
  return {
    body: htmlPage(
      story.title,
      `${cookieNotice()}<header class="s-topbar">${links(draw, 6)}</header><div class="container"><div id="left-sidebar">${menu(draw, 6)}</div><div id="content"><div id="question-header"><h1>${escapeHtml(story.title)}</h1></div><div id="mainbar">${cell(question, "question")}
<div id="answers"><div id="answers-header"><h2>${answers.length} Answers</h2></div>${answers.map((answer) => cell(answer, "answer")).join("\n")}</div></div><div id="sidebar"><h4>Hot Network Questions</h4>${teasers(draw, 4)}</div></div></div>${footer(draw)}`,
    ),
    expected: spoken(story),
  };
};

/** A list archive: the letter is preformatted, quoted lines and all. */
export const listArchive: Layout = (story, draw) => ({
  body: `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN"><HTML><HEAD><TITLE>[members] ${escapeHtml(story.title)}</TITLE></HEAD><BODY BGCOLOR="#ffffff"><H1>[members] ${escapeHtml(story.title)}</H1><B>${story.author}</B> <A HREF="#">sec at example.org</A><BR><I>${story.date}</I><P><UL>${links(draw, 3, "<LI>")}</UL><HR>
<!--beginarticle-->
<PRE>${paragraphsOf(story)
    .map((text) => escapeHtml(wrapped(text, 72)))
    .join("\n\n")}
</PRE>
<!--endarticle-->
<HR>${links(draw, 4)}</BODY></HTML>`,
  expected: spoken(story),
});

export function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
