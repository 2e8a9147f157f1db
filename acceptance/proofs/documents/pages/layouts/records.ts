import type { Draw } from "../../contradictions/contradiction-drawing.ts";
import { each, escapeHtml, htmlPage, type Layout, paragraphsOf, sentencesOf, wholeText } from "../page-content.ts";
import { footer, links, menu } from "../page-furniture.ts";
import { wrapped } from "./forum.ts";

/** Transcripts and minutes. Names of speakers and times may be read or not: they are not expected. */
const speakers = (draw: Draw): readonly string[] => [draw.person(), draw.person(), draw.person()];
const clock = (seconds: number, mark: string): string =>
  `${[seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":")}${mark}000`;

export const hearingList: Layout = (story, draw) => {
  const names = speakers(draw);
  return {
    body: htmlPage(
      story.title,
      `<div class="top">${menu(draw, 7)}</div><div id="transcript"><h1>${escapeHtml(story.title)}</h1><dl>${paragraphsOf(story)
        .map((text, at) => `<dt>${(names[at % 3] ?? "").toUpperCase()}:</dt><dd>${escapeHtml(text)}</dd>`)
        .join("\n")}</dl></div>${footer(draw)}`,
    ),
    expected: [story.title, ...paragraphsOf(story)].join("\n"),
  };
};

export const podcastPage: Layout = (story, draw) => {
  const names = speakers(draw);
  return {
    body: htmlPage(
      `Episode ${draw.integer(1, 300)}: ${story.title}`,
      `<nav>${links(draw, 6)}</nav><div class="player"><button>Play</button><span>00:00</span></div><div class="transcript-container">${paragraphsOf(
        story,
      )
        .map(
          (text, at) =>
            `<div class="transcript-segment"><span class="timestamp">[${clock(at * 41, ".").slice(0, 8)}]</span> <strong class="speaker">${names[at % 3]}:</strong> <span class="utterance">${escapeHtml(text)}</span></div>`,
        )
        .join(
          "\n",
        )}</div><div class="subscribe"><p>Subscribe wherever you get your podcasts, and leave us a review if you like what you hear.</p></div>`,
    ),
    expected: paragraphsOf(story).join("\n"),
  };
};

export const webVtt: Layout = (story) => ({
  ending: ".vtt",
  body: `WEBVTT\n\nNOTE made by hand\n\n${sentencesOf(story)
    .map(
      (text, at) =>
        `${at + 1}\n${clock(at * 6, ".")} --> ${clock(at * 6 + 5, ".")} align:start\n<v ${story.author}>${escapeHtml(wrapped(text, 40))}</v>`,
    )
    .join("\n\n")}\n`,
  expected: sentencesOf(story).join("\n"),
});

export const subRip: Layout = (story) => ({
  ending: ".srt",
  body: `${sentencesOf(story)
    .map((text, at) => `${at + 1}\r\n${clock(at * 6, ",")} --> ${clock(at * 6 + 5, ",")}\r\n${wrapped(text, 40).replaceAll("\n", "\r\n")}`)
    .join("\r\n\r\n")}\r\n`,
  expected: sentencesOf(story).join("\n"),
});

export const speakerText: Layout = (story, draw) => {
  const names = speakers(draw);
  return {
    ending: ".txt",
    body: `${story.title}\n\n${paragraphsOf(story)
      .map((text, at) => `${clock(at * 37, ".").slice(0, 8)} ${names[at % 3]}\n${wrapped(text, 80)}`)
      .join("\n\n")}\n`,
    expected: [story.title, ...paragraphsOf(story)].join("\n"),
  };
};

/** Minutes typed for paper: numbered, indented, in `pre`. */
export const typedMinutes: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<p>${links(draw, 4)}</p><pre>\n               MINUTES OF THE MEETING HELD ON ${story.date.toUpperCase()}\n\nPresent: ${speakers(draw).join(", ")}\n\n${story.sections.map(({ heading, paragraphs }, at) => `${at + 1}.   ${heading.toUpperCase()}\n\n${paragraphs.map((text) => escapeHtml(wrapped(text, 64).replaceAll(/^/gmu, "     "))).join("\n\n")}`).join("\n\n")}\n</pre>`,
  ),
  expected: story.sections.flatMap(({ heading, paragraphs }) => [heading, ...paragraphs]).join("\n"),
});

export const listedMinutes: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div id="masthead">${menu(draw, 9)}</div><div class="mgContent"><h1 class="mgMainTitleTxt">${escapeHtml(story.title)}</h1><ul class="mgBulletList"><li>Attendance details</li><li>Agenda frontsheet</li></ul><ol class="agenda">${story.sections.map(({ heading, paragraphs }) => `<li><p class="mgAiTitleTxt">${escapeHtml(heading)}</p><ul>${each("li", paragraphs)}</ul></li>`).join("\n")}</ol></div>${footer(draw)}`,
  ),
  expected: wholeText(story),
});

/** Minutes in three columns: number, what was said, who has to act. */
export const columnMinutes: Layout = (story, draw) => ({
  body: htmlPage(
    story.title,
    `<div class="nav">${links(draw, 8)}</div><h1>${escapeHtml(story.title)}</h1><table border="1"><tr><th>Item</th><th>Discussion</th><th>Action</th></tr>${paragraphsOf(
      story,
    )
      .map((text, at) => `<tr><td>${at + 1}</td><td>${escapeHtml(text)}</td><td>${draw.one(["Clerk", "Chair", "None"])}</td></tr>`)
      .join("\n")}</table>`,
  ),
  expected: [story.title, ...paragraphsOf(story)].join("\n"),
});

/** Saved by a word processor: conditional comments, office elements, every paragraph styled. */
export const wordMinutes: Layout = (story) => ({
  body: `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><title>${escapeHtml(story.title)}</title><!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style></head><body lang=EN-GB><div class=WordSection1>
<p class=MsoTitle><b><span style='font-size:16.0pt'>${escapeHtml(story.title)}<o:p></o:p></span></b></p>
${story.sections.map(({ heading, paragraphs }) => `<p class=MsoNormal><b>${escapeHtml(heading)}<o:p></o:p></b></p>\n${paragraphs.map((text) => `<p class=MsoNormal style='text-align:justify'><span lang=EN-US>${escapeHtml(text)}</span><o:p></o:p></p>`).join("\n<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n")}`).join("\n")}</div></body></html>`,
  expected: wholeText(story),
});
