import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DemoResult, judgeArticle } from "./article-judge.ts";

type Output = DemoResult["output"];

/** A small good article: three sections of long sentences from two files. Each test spoils one thing. */
let folder: string;
let facts: { file: string; text: string }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "judge-"));
  facts = Array.from({ length: 30 }, (_, at) => ({ file: at % 2 === 0 ? "a.md" : "b.html", text: fact(at) }));
  writeFileSync(
    join(folder, "a.md"),
    `# Ferries\n\n${facts
      .filter(({ file }) => file === "a.md")
      .map(({ text }) => text.replace("Selby", "**Selby**"))
      .join("\n")}\n`,
  );
  writeFileSync(
    join(folder, "b.html"),
    `<p>${facts
      .filter(({ file }) => file === "b.html")
      .map(({ text }) => text.replace("'", "&rsquo;"))
      .join("</p><p>")}</p>`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Eighteen words or more, no two facts alike. */
function fact(at: number): string {
  const own = Array.from(
    { length: 12 },
    (_, word) =>
      `${"bcdfghklmnprst"[(at + word) % 14]}${"aeiou"[(at * 3 + word) % 5]}${"lmnrst"[(at * 7 + word * 5) % 6]}${at}${"o".repeat(word)}`,
  );
  return `Captain Selby's ferry number ${at + 40} met ${own.join(" ").replaceAll(/\d/gu, (digit) => "qvwxyzjkbp"[Number(digit)] ?? "q")}.`;
}

const cite = (file: string) => (file === "a.md" ? "[1]" : "[2]");

function good(): { markdown: string; html: string; output: Output } {
  const lines = facts.map(({ file, text }) => `${text} ${cite(file)}`);
  const section = (heading: string, from: number) => `## ${heading}\n\n${lines.slice(from, from + 10).join(" ")}`;
  const markdown = `# Ferries\n\n${section("Ferry One", 0)}\n\n${section("Ferry Two", 10)}\n\n${section("Ferry Three", 20)}\n\n## Sources\n\n1. Ferries (\`a.md\`)\n2. More ferries (\`b.html\`)\n\n*Compiled without a language model: the sentences are the sources' own words.*\n`;
  return {
    markdown,
    html: `<p>${markdown}</p>`,
    output: {
      article: join(folder, "out", "x.md"),
      html: "",
      cover: "",
      metadata: { title: "Ferries", description: facts[0]?.text ?? "", keywords: ["ferry"], slug: "ferries" },
      statements: facts.map(({ file, text }) => ({ text, source: { file, quote: text } })),
      unsourced: [],
      contradictions: [],
    },
  };
}

/** Names of the figures that are off target. */
function judged(
  spoil: (article: {
    markdown: string;
    html: string;
    output: Output;
  }) => Partial<{ markdown: string; html: string; output: Output }> = () => ({}),
  short = false,
): string[] {
  const article = good();
  const { markdown, html, output } = { ...article, ...spoil(article) };
  const out = mkdtempSync(join(tmpdir(), "judged-"));
  try {
    writeFileSync(join(out, "article.md"), markdown);
    writeFileSync(join(out, "article.html"), html);
    const figures = judgeArticle({ output: { ...output, article: join(out, "article.md"), html: join(out, "article.html") } }, folder, {
      short,
    });
    return figures.filter(({ ok }) => !ok).map(({ name }) => name);
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Replaces a statement everywhere it stands, its quote left as it is. */
function reword({ markdown, html, output }: { markdown: string; html: string; output: Output }, at: number, text: string, quote?: string) {
  const old = facts[at]?.text ?? "";
  const statements = output.statements.map((one, n) =>
    n === at ? { text, source: { ...one.source, quote: quote ?? one.source.quote } } : one,
  );
  return { markdown: markdown.replace(old, text), html: html.replace(old, text), output: { ...output, statements } };
}

/** Adds a sentence to the first section. */
function add({ markdown, html }: { markdown: string; html: string }, sentence: string) {
  return {
    markdown: markdown.replace("## Ferry One\n\n", `## Ferry One\n\n${sentence} `),
    html: html.replace("## Ferry One\n\n", `## Ferry One\n\n${sentence} `),
  };
}

describe("judgeArticle", () => {
  it("passes a good article, markup and entities in the sources included", () => expect(judged()).toEqual([]));

  it("finds an invented quote", () => {
    expect(judged((a) => reword(a, 3, facts[3]?.text ?? "", "Nobody ever said this in a file."))).toContain(
      "quotes that are not in their file",
    );
  });

  it("finds a quote ascribed to the wrong file", () => {
    const wrong = (a: ReturnType<typeof good>) => ({
      output: {
        ...a.output,
        statements: a.output.statements.map((one, at) => (at === 0 ? { ...one, source: { ...one.source, file: "b.html" } } : one)),
      },
    });
    expect(judged(wrong)).toEqual(["quotes that are not in their file", "statements that do not cite their source's file"]);
  });

  it.each([
    ["a changed figure", (text: string) => text.replace("44", "45")],
    ["a changed name", (text: string) => text.replace("Selby", "Shelby")],
    ["an added date", (text: string) => text.replace(".", " in May.")],
    ["a spelled number", (text: string) => text.replace(".", " twelve times.")],
    ["a magnitude", (text: string) => text.replace("44", "44 million")],
    ["a name at the head", (text: string) => `Margrave ${text}`],
  ])("finds %s in a statement", (_, change) => {
    expect(judged((a) => reword(a, 4, change(facts[4]?.text ?? "")))).toContain(
      "statements with a figure, date or name that their quote lacks",
    );
  });

  it("takes a paraphrase that keeps figures and names", () => {
    expect(
      judged((a) =>
        reword(a, 4, "Ferry number 44 belongs to Captain Selby, among others who sail along this quiet coast every day of summer."),
      ),
    ).toEqual([]);
  });

  it("finds statements that the page does not have", () => {
    expect(judged((a) => ({ markdown: a.markdown.replace(`${facts[6]?.text} [1]`, "") }))).toEqual(["statements that are not on the page"]);
  });

  it("finds sentences that are in neither list, and tells that one of 31 is few", () => {
    expect(judged((a) => add(a, "Some say that boats are slow. [1]"))).toEqual([
      "sentences that are neither statement nor unsourced",
      "unsourced sentences without a mark on the page",
    ]);
  });

  it("finds more than a tenth of sentences without a source, even where they are marked", () => {
    const claims = ["Boats are slow.", "Sails were red.", "Anchors rust quickly.", "Harbours silt up."];
    const spoil = (a: ReturnType<typeof good>) => ({
      ...add(a, claims.map((claim) => `${claim} **[unsourced]**`).join(" ")),
      output: { ...a.output, unsourced: claims },
    });
    expect(judged(spoil)).toEqual(["share of sentences that are statements"]);
  });

  it("wants the mark in both pages, at its own sentence", () => {
    const listed = (a: ReturnType<typeof good>) => ({ ...a.output, unsourced: ["Boats are slow."] });
    expect(judged((a) => ({ ...add(a, "Boats are slow. **[unsourced]**"), output: listed(a) }))).toEqual([]);
    expect(judged((a) => ({ ...add(a, "Boats are slow."), output: listed(a) }))).toContain(
      "unsourced sentences without a mark on the page",
    );
    expect(
      judged((a) => ({ ...add(a, "Boats are slow. **[unsourced]**"), html: add(a, "Boats are slow.").html, output: listed(a) })),
    ).toEqual(["unsourced sentences without a mark on the page"]);
    const two = (a: ReturnType<typeof good>) => ({
      ...add(a, "Boats are slow. **[unsourced]** Sails were red. **[unsourced]**"),
      html: add(a, "Boats are slow. Sails were red. **[unsourced]**").html,
      output: { ...a.output, unsourced: ["Boats are slow.", "Sails were red."] },
    });
    expect(judged(two)).toEqual(["unsourced sentences without a mark on the page"]);
    expect(judged((a) => ({ markdown: a.markdown.replace(`${facts[2]?.text}`, `${facts[2]?.text} **[unsourced]**`) }))).toContain(
      "statements marked as unsourced",
    );
  });

  it("finds a statement whose number leads to another file", () => {
    expect(judged((a) => ({ markdown: a.markdown.replace(`${facts[0]?.text} [1]`, `${facts[0]?.text} [2]`) }))).toEqual([
      "statements that do not cite their source's file",
    ]);
  });

  it("finds unsourced claims and invented names up front", () => {
    const upFront = "unsourced claims in title, standfirst or metadata";
    const meta = (a: ReturnType<typeof good>, change: Partial<Output["metadata"]>) => ({
      output: { ...a.output, metadata: { ...a.output.metadata, ...change } },
    });
    expect(judged((a) => meta(a, { description: "Captain Zorbas sails." }))).toEqual([upFront]);
    expect(judged((a) => meta(a, { title: "Ferries in 1871" }))).toEqual([upFront]);
    expect(judged((a) => ({ markdown: a.markdown.replace("# Ferries\n", "# Ferries of Zorbas\n") }))).toEqual([upFront]);
    const standfirst = (a: ReturnType<typeof good>) => ({
      markdown: a.markdown.replace("# Ferries\n", "# Ferries\n\n**Boats are slow.** **[unsourced]**\n"),
      html: a.html.replace("# Ferries\n", "# Ferries\n\n**Boats are slow.** **[unsourced]**\n"),
      output: { ...a.output, unsourced: ["Boats are slow."] },
    });
    expect(judged(standfirst)).toEqual([upFront]);
  });

  it("counts words and sections; short material may have few", () => {
    const short = (a: ReturnType<typeof good>) => ({
      markdown: a.markdown.replace(/## Ferry Two[\s\S]*?(?=## Sources)/u, ""),
      output: { ...a.output, statements: a.output.statements.slice(0, 10) },
    });
    expect(judged(short)).toEqual(["words", "headed sections"]);
    expect(judged(short, true)).toEqual([]);
    const long = Array.from({ length: 60 }, (_, at) => `${fact(at + 50)} [1]`).join(" ");
    expect(judged((a) => add(a, long))).toContain("words");
  });

  it("wants two documents in each section", () => {
    const lone = (a: ReturnType<typeof good>) => ({
      markdown: a.markdown.replace(/## Ferry Two[\s\S]*?(?=## Ferry Three)/u, (part) => part.replaceAll("[2]", "[1]")),
    });
    expect(judged(lone)).toContain("sections that cite fewer than two documents");
  });

  it("finds sentences that are alike", () => {
    const twin = (a: ReturnType<typeof good>) => {
      const [text = "", quote = ""] = [facts[0]?.text.replace(".", " indeed."), facts[0]?.text];
      return {
        ...add(a, `${text} [1]`),
        output: { ...a.output, statements: [...a.output.statements, { text, source: { file: "a.md", quote } }] },
      };
    };
    expect(judged(twin)).toEqual(["pairs of sentences more than 60 % alike"]);
  });

  it.each(["However, ", "It was there that ", "For this reason ", "“These ", "We know: "])(
    "finds a sentence that opens with %s",
    (opening) => {
      expect(judged((a) => reword(a, 5, `${opening}${facts[5]?.text}`))).toContain("sentences that open on something left behind");
    },
  );

  it("finds made-up places of contradictions", () => {
    const places = [
      { file: "a.md", quote: facts[0]?.text ?? "" },
      { file: "b.html", quote: "Nobody said this." },
    ];
    expect(judged((a) => ({ output: { ...a.output, contradictions: [{ about: "ferries", places }] } }))).toEqual([
      "places of contradictions that are not in their file",
    ]);
  });

  it("finds a source that is no document", () => {
    expect(
      judged((a) => ({ markdown: a.markdown.replace("2. More ferries (`b.html`)", "2. More ferries (`b.html`)\n3. The sea (`c.md`)") })),
    ).toEqual(["sources that name no document"]);
  });
});
