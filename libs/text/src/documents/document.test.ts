import { describe, expect, it } from "vitest";
import { readDocument, readDocuments } from "./document.ts";

const read = async (path: string, bytes: string | Uint8Array): Promise<string[]> =>
  (await readDocument({ path, bytes })).text.split("\n\n");
const page = (body: string): string => `<html><head><title>Council minutes</title></head><body>${body}</body></html>`;
const TRAM = "The council approved the tram line to Harbour East on 4 March 2025. The tram line is 6.2 km long and has nine stops.";

describe("a page", () => {
  it.each([
    [
      "without reference marks and edit links",
      '<h1>Tram line</h1><p>It opened in 2027.<sup class="reference"><a href="#c1">[1]</a></sup> It carries 9,000 a day.<sup><a href="#c2">[2]</a></sup></p><h2>History<span class="mw-editsection">[edit]</span></h2><p>The line is old.</p>',
      ["# Tram line", "It opened in 2027. It carries 9,000 a day.", "## History", "The line is old."],
    ],
    [
      "inside an element of its own making",
      `<nav-bar><a href="/">Home</a></nav-bar><h1>Tram</h1><p>${TRAM}</p><nav><a href="/2">Next page</a></nav>`,
      ["# Tram", TRAM],
    ],
    ["inside one form", `<form method="post"><div><h1>Tram</h1><p>${TRAM}</p></div></form>`, ["# Tram", TRAM]],
    [
      "of set lines",
      `<pre>\n1.  Tram line\n\n   The council approved the line\n   on 4 March 2025.\n</pre>`,
      ["# Council minutes", "- Tram line", "The council approved the line on 4 March 2025."],
    ],
    [
      "with code beside its prose",
      `<p>${TRAM}</p><pre><code>const x = { a: 1 };</code></pre>`,
      ["# Council minutes", TRAM, "` const x = { a: 1 };"],
    ],
    [
      "with entities of the standard",
      "<p>&Aring;rhus, &Scaron;ibenik and &#147;nobody&#148; voted &NotEqualTilde; once.</p>",
      ["# Council minutes", "Århus, Šibenik and “nobody” voted ≂̸ once."],
    ],
    [
      "with raised and lowered text",
      "<p>The 9,000<sup>2</sup> passengers weigh 10<sup>6</sup> kg on 12 m<sup>2</sup> of CO<sub>2</sub> on the 1<sup>st</sup> day, or x<sup>2</sup>.</p>",
      ["# Council minutes", "The 9,000 passengers weigh 10⁶ kg on 12 m² of CO2 on the 1st day, or x²."],
    ],
    [
      "without what its style sheet sets without size or in the colour of what is behind it",
      `<style>.z{font-size:0} .w{color:#FFF;background:white} .grid{font-size:0}</style><p class="z">It is old.</p><p class="w">It is red.</p><div class="grid"><p>${TRAM}</p></div>`,
      ["# Council minutes", TRAM],
    ],
    [
      "without what is hidden or struck",
      '<style>.gone{display:none} @media print{.kept{display:none}}</style><p>The line <s>is old and</s> <del>never</del> opens<span hidden> not</span> in <span style="display: none">no </span>May<b class="gone"> 1900</b><i class="kept"> 2027</i>.</p>',
      ["# Council minutes", "The line opens in May 2027."],
    ],
    [
      "of a post that a table of one row sets out",
      `<table><tr><td><img src="s.gif"></td><td><div>${TRAM} ${TRAM}<p>It is late.</div></td></tr></table>`,
      ["# Council minutes", `${TRAM} ${TRAM}`, "It is late."],
    ],
    [
      "without what an inline style hides",
      `<p>The line opens in May${["font-size:0", "opacity: 0", "position:absolute;left:-9999px", "color:transparent", "clip:rect(0,0,0,0)", "clip-path: inset(100%)", "max-height:0;overflow:hidden", "color:#fff;background:#fff", "visibility:hidden"].map((style) => `<span style="${style}"> or June</span>`).join("")} 2027. ${TRAM}</p>`,
      ["# Council minutes", `The line opens in May 2027. ${TRAM}`],
    ],
    [
      "without what a mail repeats",
      `<p>${TRAM}</p><div class="gmail_quote"><div class="gmail_attr">On Tue, 4 Mar 2025 Ina Holt wrote:</div><blockquote>It opens in 2026.</blockquote></div><blockquote type="cite">It is long.</blockquote>`,
      ["# Council minutes", TRAM],
    ],
    [
      "of a data table and a table that sets it out",
      `<table><tr><td><p>${TRAM}</p><table><tr><th>Stop</th><th>Opens</th></tr><tr><td>Quay</td><td>2027</td></tr></table></td><td></td></tr></table>`,
      ["# Council minutes", TRAM, "| Stop | Opens", "| Quay | 2027"],
    ],
  ])("is read %s", async (_, body, expected) => {
    expect(await read("a.html", page(body))).toEqual(expected);
  });

  it("is decoded by what it says of itself, by its media type and by its bytes", async () => {
    const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
    expect(await read("a.html", latin('<meta charset="iso-8859-1"><p>Zürich has a lake.</p>'))).toEqual(["Zürich has a lake."]);
    expect(await read("a.html", latin("<p>Zürich has a lake.</p>"))).toEqual(["Zürich has a lake."]);
    expect((await readDocument({ path: "a", bytes: latin("<p>Zürich</p>"), type: "text/html; charset=latin1" })).text).toBe("Zürich");
  });
});

it("what repeats in one place of a site's pages is furniture, and a report that two sites print is not", async () => {
  const one = (part: string, site: string, text: string): { path: string; bytes: string } => ({
    path: `${part}.html`,
    bytes: `<h1>Part ${part}</h1><div class="${site}"><p>${text} The depot holds fourteen trams at night, and each of them is cleaned before the morning comes.</p></div><div class="${site}-box">The Harbour Post is a member of the press council and does not give advice.</div>`,
  });
  const texts = async (files: { path: string; bytes: string }[]): Promise<string[]> =>
    (await readDocuments(files)).map((read) => ("text" in read ? read.text : read.unreadable));
  for (const text of await texts([one("a", "post", "First."), one("b", "post", "Second.")])) expect(text).not.toContain("Harbour Post");
  for (const text of await texts([one("a", "post", "First."), one("b", "mail", "Second.")])) expect(text).toContain("Harbour Post");
});

it.each([
  ["a.html", `${"<div>".repeat(513)}<p>${TRAM}</p>`, /^it is nested \d+ levels deep, and 512 are read$/u],
  ["a.html", `<math>${"<mrow>".repeat(513)}</math><p>${TRAM}</p>`, /^it is nested \d+ levels deep, and 512 are read$/u],
  ["a.md", `${"> ".repeat(101)}${TRAM}`, /^it is nested 101 levels deep, and 100 are read$/u],
  [
    "a.md",
    Array.from({ length: 101 }, (_, i) => `${"  ".repeat(i)}- ${TRAM}`).join("\n"),
    /^it is nested 101 levels deep, and 100 are read$/u,
  ],
])("%s that is nested too deep is refused, and the rest is read", async (path, bytes, why) => {
  expect(
    await readDocuments([
      { path, bytes },
      { path: "b.txt", bytes: TRAM },
    ]),
  ).toMatchObject([{ unreadable: expect.stringMatching(why) }, { text: TRAM }]);
});

describe("plain forms", () => {
  const wrapped = "It was approved in the year\n2025. The number of trams that the city buys for it is\n14. The line opens in 2027.";
  const joined = "It was approved in the year 2025. The number of trams that the city buys for it is 14. The line opens in 2027.";
  it.each([
    ["a.md", "numbers that begin a line", wrapped, [joined]],
    ["a.txt", "numbers that begin a line", wrapped, [joined]],
    ["a.md", "a table without outer pipes", "Stop | Opens\n--- | ---\nQuay | 2027", ["| Stop | Opens", "| Quay | 2027"]],
    [
      "a.md",
      "what site builders add",
      '\n+++\ntitle = "x"\n+++\nimport       "- A note." from "y"\n\n# Trams {#id}\n\n:::note\nThey run.\n:::\n\n!!! warning "Mind"\n    They run fast.\n\n    code\n\nAt 10:30 a note[^1] ends.\n\n[^1]: A note.\n',
      ["# Trams", "They run.", "Mind", "They run fast.", "code", "At 10:30 a note ends.", "- A note."],
    ],
    [
      "a.md",
      "alerts of GitHub and of others",
      "> [!WARNING]\n> The quay is closed.\n\n> [!info]- Mind\n> It is steep.\n\n> Ina said so.",
      ["The quay is closed.", "Mind", "It is steep.", "Ina said so."],
    ],
    [
      "a.txt",
      "mails without what they quote and how they are signed",
      "The tram opens in May.\n\nOn Tue, 4 Mar 2025 at 10:12, Ina Holt\n<ina@example.org> wrote:\n\n> It opens in June.\n> > It is red.\n\nSee you.\n-- \nIna Holt\nHarbour Post",
      ["The tram opens in May.", "See you."],
    ],
    [
      "a.txt",
      "a mail that is passed on without its head",
      "For you.\n\n-----Original Message-----\nFrom: Ina\nSubject: Re: tram\n\nThe tram opens in May.",
      ["For you.", "The tram opens in May."],
    ],
    ["a.md", "what a mail quotes", "Yes.\n\n> On 4 March 2025, Ina wrote:\n> It opens in June.\n\nNo.", ["Yes.", "No."]],
    [
      "a.txt",
      "quoted lines without their marks",
      "> The tram opens\n> in May.\n\n> 5 km are left.",
      ["The tram opens in May.", "> 5 km are left."],
    ],
    ["a.csv", "a table by its own separator", 'stop;opens\n"Quay; east";2027\n', ["| stop | opens", "| Quay; east | 2027"]],
    [
      "a.srt",
      "subtitles",
      "1\n00:00:01,000 --> 00:00:02,000\nThe tram opened in\n\n2\n00:00:02,000 --> 00:00:03,000\n<i>the autumn</i> of 2027.\n",
      ["The tram opened in the autumn of 2027."],
    ],
    [
      "a.txt",
      "words and numbers that a line's end cuts",
      "It em-\nployed 1,\n250 people in a co-\nop, and a co-op is well-\nknown. The pre-\nand post-war years, May 4,\n250 men, and rooms 1, 2,\n300 differ.",
      [
        "It employed 1,250 people in a co-op, and a co-op is well-known. The pre- and post-war years, May 4, 250 men, and rooms 1, 2, 300 differ.",
      ],
    ],
    [
      "a.md",
      "years that begin a paragraph, stars between figures, marked words and hidden notes",
      "1987\\. It burned.\n\n1988. It sold 5*3 ropes and 2*4 nets. ==It was *sold*.==\n\n{% comment %}It is red.{% endcomment %}%% It is blue. %%",
      ["1987. It burned.", "1988. It sold 5*3 ropes and 2*4 nets. It was sold."],
    ],
    ["a.md", "words and numbers that a line's end cuts", "It em-\nployed 1,\n250 people.", ["It employed 1,250 people."]],
    [
      "a.srt",
      "a number that two cues part, and what is heard",
      "1\n00:00:01,000 --> 00:00:02,000\nThe mill had\n\n2\n00:00:02,000 --> 00:00:03,000\n1,\n\n3\n00:00:03,000 --> 00:00:04,000\n250 men.\n\n4\n00:00:04,000 --> 00:00:05,000\n[MUSIC] JOHN: It closed.\n",
      ["The mill had 1,250 men.", "It closed."],
    ],
    [
      "a.txt",
      "speakers' turns",
      "(Music)\n\n0:00:14.1 **Ina Holt** Welcome to the tram.\n\n0:00:21.4 **Per Lind** The tram opened in 2027.\n\n0:01:05.0 **Ina Holt** It carries 9,000 people.",
      ["Welcome to the tram.", "The tram opened in 2027.", "It carries 9,000 people."],
    ],
    [
      "a.txt",
      "labels that are no speakers",
      "Price: 4 euros\n\nPlace: the quay\n\nTime: noon",
      ["Price: 4 euros", "Place: the quay", "Time: noon"],
    ],
  ])("%s: %s", async (path, _, text, expected) => {
    expect(await read(path, text)).toEqual(expected);
  });

  it("a PDF is read, and what is none is said", async () => {
    expect(await read("a.pdf", pdf("The tram line opened in the autumn of 2027."))).toEqual([
      "The tram line opened in the autumn of 2027.",
    ]);
    expect(
      await read(
        "a.pdf",
        pdf("It burned 10) Tj 5 Ts /F1 7 Tf (4) Tj 0 Ts /F1 12 Tf ( tons of CO) Tj -3 Ts /F1 7 Tf (2) Tj 0 Ts /F1 12 Tf ( in all."),
      ),
    ).toEqual(["It burned 10⁴ tons of CO2 in all."]);
    expect(await read("a.pdf", pdf("The mill had a great", "many looms."))).toEqual(["The mill had a great many looms."]);
    await expect(read("a.pdf", "%PDF-1.4 not really a pdf")).rejects.toMatchObject({
      code: "UNREADABLE_DOCUMENT",
      message: "it is no PDF that can be read",
    });
    await expect(read("a.pdf", pdf(""))).rejects.toMatchObject({ message: "it is a PDF without text (pictures of pages)" });
    await expect(read("a.txt", Uint8Array.of(0, 1, 2))).rejects.toMatchObject({ message: "it is not UTF-8 text" });
  });
});

/** Pages with one line of text each. */
function pdf(...lines: string[]): Uint8Array {
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Kids[${lines.map((_, i) => `${4 + 2 * i} 0 R`).join(" ")}]/Count ${lines.length}>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ...lines.flatMap((line, i) => {
      const content = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${5 + 2 * i} 0 R/Resources<</Font<</F1 3 0 R>>>>>>`,
        `<</Length ${content.length}>>stream\n${content}\nendstream`,
      ];
    }),
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj${object}endobj\n`;
    return at;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("")}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`;
  return new TextEncoder().encode(text);
}
