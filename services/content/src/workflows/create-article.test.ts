import { readdirSync, readFileSync } from "node:fs";
import type { ModelRequest, Models } from "armada-mesh/testing";
import { localModel } from "armada-mesh/testing";
import { contentStems, countWords, firstUnsupported, jaccard, opensLeftBehind, ordinaryWords, readDocument, words } from "armada-mesh/text";
import { describe, expect, it } from "vitest";
import type { Article, Brief } from "../contract.ts";
import { Draft } from "../page/draft.ts";
import { drive } from "../testing/drive.ts";
import { createArticle } from "./create-article.ts";

const EXAMPLES = new URL("../../../../examples/", import.meta.url);
const FOLDERS = ["coastal-heat", "night-trains", "urban-beavers"];

function briefOf(folder: string): Brief {
  const url = new URL(`${folder}/`, EXAMPLES);
  const documents = readdirSync(url)
    .filter((name) => /\.(?:md|txt|html)$/u.test(name))
    .map((name) => ({ name, text: readFileSync(new URL(name, url), "utf8") }));
  return { ...JSON.parse(readFileSync(new URL("brief.json", url), "utf8")), documents };
}

/** The article's own text: standfirst and sections, without lists and marks. */
function bodyOf(article: string): { heading: string; cited: Set<string> }[] {
  return article
    .split(/^## /mu)
    .slice(1)
    .map((part) => ({ heading: part.split("\n")[0] ?? "", cited: new Set([...part.matchAll(/\[(\d+)\]/gu)].map(([, n]) => n ?? "")) }))
    .filter(
      ({ heading }) => !/^(?:Figures at a glance|Where the sources disagree|What they do not say|Left out|Posts|Sources)$/u.test(heading),
    );
}

async function check(output: Article, brief: Brief): Promise<void> {
  const texts = new Map<string, string>();
  for (const one of brief.documents) if ("text" in one) texts.set(one.name, (await readDocument({ path: one.name, bytes: one.text })).text);
  const isOrdinary = ordinaryWords([...texts.values()]);
  for (const { text, source } of output.statements) {
    expect(texts.get(source.file), source.file).toContain(source.quote);
    expect(firstUnsupported(text, source.quote, isOrdinary), text).toBeUndefined();
    expect(opensLeftBehind(text), text).toBe(false);
  }
  const sets = output.statements.map(({ text }) => new Set(words(text)));
  for (const [i, one] of sets.entries())
    for (const other of sets.slice(i + 1)) expect(jaccard(one, other), [...one].join(" ")).toBeLessThanOrEqual(0.6);
  for (const { heading, cited } of bodyOf(output.article)) expect(cited.size, heading).toBeGreaterThanOrEqual(2);
  expect(output.metadata.title.length).toBeLessThanOrEqual(60);
  expect(output.metadata.description.length).toBeLessThanOrEqual(155);
  expect(output.metadata.slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u);
}

describe.each(FOLDERS)("an article on %s", (folder) => {
  it("is of its sources' own words, long enough, in sections, and the same each time", async () => {
    const brief = briefOf(folder);
    const { output, asked, emitted } = await drive(createArticle, brief);
    await check(output, brief);
    const length = output.statements.reduce((sum, { text }) => sum + countWords(text), 0);
    expect(length).toBeGreaterThanOrEqual(500);
    expect(countWords(output.article)).toBeLessThanOrEqual(1_200);
    expect(bodyOf(output.article).length).toBeGreaterThanOrEqual(3);
    expect(output.unsourced).toEqual([]);
    expect(output.contradictions.length).toBeLessThanOrEqual(2);
    expect(output.article).toContain("Compiled without a language model: the sentences are the sources' own words.");
    expect((await drive(createArticle, brief)).output).toEqual(output);
    expect(asked).toEqual(["writer", "editor", "fact_checker", "seo_optimizer", "illustrator", "publisher"]);
    expect(emitted).toMatchObject([{ type: "content.article.completed", data: { promoted: "event", slug: output.metadata.slug } }]);
  });

  it("follows when a document goes, names change or a number changes", async () => {
    const brief = briefOf(folder);
    const { output } = await drive(createArticle, brief);
    const gone = output.statements[0]?.source.file;
    const less = { ...brief, documents: brief.documents.filter(({ name }) => name !== gone) };
    const without = (await drive(createArticle, less)).output;
    await check(without, less);
    expect(without.statements.some(({ source }) => source.file === gone)).toBe(false);

    const renamed = {
      ...brief,
      documents: brief.documents.map((one, i) => ({ ...one, name: `z${brief.documents.length - i}${/\.\w+$/u.exec(one.name)?.[0]}` })),
    };
    expect((await drive(createArticle, renamed)).output.statements.map(({ text }) => text)).toEqual(
      output.statements.map(({ text }) => text),
    );

    const figure = output.statements.find(({ text }) => /\d{3}/u.test(text));
    const number = /\d{3}/u.exec(figure?.text ?? "")?.[0] ?? "none";
    const other = String(Number(number) + 7);
    const changed = {
      ...brief,
      documents: brief.documents.map((one) => ("text" in one ? { ...one, text: one.text.replaceAll(number, other) } : one)),
    };
    const after = (await drive(createArticle, changed)).output;
    await check(after, changed);
    expect(after.article).toContain(other);
  });
});

/** The local model's answers, changed on the way. */
function scripted(change: (request: ModelRequest, value: unknown) => unknown): Models {
  const local = localModel();
  return {
    async call(request, signal) {
      const answer = await local.call(request, signal);
      return { ...answer, value: request.schema.parse(change(request, answer.value)) };
    },
  };
}

describe("another model", () => {
  it("may paraphrase", async () => {
    const brief = briefOf("urban-beavers");
    const models = scripted(({ task }, value) => {
      if (task !== "draft_article") return value;
      const draft = Draft.parse(value);
      const reword = (text: string) =>
        `By all accounts, ${text.replaceAll(" stand ", " can be found ").replaceAll(" many ", " a lot of ")}`;
      return {
        ...draft,
        sections: draft.sections.map((section) => ({
          ...section,
          sentences: section.sentences.map((one) => ({ ...one, text: reword(one.text) })),
        })),
      };
    });
    const { output } = await drive(createArticle, brief, { models });
    const all = output.statements.length + output.unsourced.length;
    expect(output.statements.length / all).toBeGreaterThanOrEqual(0.9);
    expect(output.statements.filter(({ text, source }) => text !== source.quote).length).toBeGreaterThan(10);
    expect(output.article).not.toContain("Compiled without a language model");
  });

  it("that invents is marked, and kept from title, standfirst and metadata", async () => {
    const brief = briefOf("urban-beavers");
    const file = brief.documents[0]?.name ?? "";
    const inventions = [
      { text: "Beavers saved the city 93 million euros last year.", file, quote: "Beavers saved the city 93 million euros last year." },
      { text: "Chief engineer Balthasar Quent praised the beavers.", file, quote: "praised the beavers" },
      { text: "Residents call the dams “a crown of twigs”.", file, quote: "Residents call the dams a crown of twigs." },
    ];
    const models = scripted(({ task }, value) => {
      if (task === "seo_metadata")
        return {
          title: "Balthasar Quent and 93 million euros",
          description: "A crown of twigs: beavers saved 93 million euros, says Quent.",
          keywords: ["Balthasar Quent", "beavers", "93 million"],
        };
      if (task !== "draft_article") return value;
      const draft = Draft.parse(value);
      const [first, ...rest] = draft.sections;
      if (first === undefined) throw new Error("no section");
      return {
        title: "How 93 million were saved",
        standfirst: inventions,
        sections: [{ heading: "Quent’s verdict", sentences: [...inventions, ...first.sentences] }, ...rest],
      };
    });
    const { output, emitted } = await drive(createArticle, brief, { models });
    for (const { text } of inventions) {
      expect(output.unsourced).toContain(text);
      expect(output.article).toContain(`${text} **[unsourced]**`);
    }
    expect(output.html.match(/<mark title="No source carries this">/gu)?.length).toBeGreaterThanOrEqual(3);
    const standfirst = /^\*\*(.*)\*\*/mu.exec(output.article)?.[1] ?? "";
    const heads = [
      output.metadata.title,
      output.metadata.description,
      output.metadata.keywords.join(),
      output.metadata.slug,
      standfirst,
      bodyOf(output.article)
        .map(({ heading }) => heading)
        .join(),
      JSON.stringify(emitted),
      (output.cover.match(/>[^<]+</gu) ?? []).join(),
    ];
    for (const head of heads) expect(head).not.toMatch(/93|quent|crown|balthasar/iu);
    expect(standfirst).not.toBe("");
  });
});

describe("a brief", () => {
  const text = "The tide mill at Orne grinds flour with the sea. The tide mill has four wooden wheels, and each wheel is six metres wide.";
  it.each([
    ["without documents", { topic: "Mills", documents: [] }, "NO_DOCUMENTS"],
    [
      "with two documents of one name",
      {
        topic: "Mills",
        documents: [
          { name: "a.md", text },
          { name: "a.md", text },
        ],
      },
      "DUPLICATE_DOCUMENT",
    ],
    ["with empty documents", { topic: "Mills", documents: [{ name: "a.md", text: " \n" }] }, "NO_DOCUMENTS"],
    [
      "on what the documents do not cover",
      { topic: "Penguins of the Antarctic", documents: [{ name: "a.md", text }] },
      "TOPIC_NOT_COVERED",
    ],
    [
      "in another language",
      { topic: "Mühlen", documents: [{ name: "de.md", text: "Die Mühle steht an der Küste und ist sehr alt. ".repeat(12) }] },
      "LANGUAGE_NOT_SERVED",
    ],
  ])("%s is refused", async (_, brief, code) => {
    await expect(drive(createArticle, brief)).rejects.toMatchObject({ name: "Refusal", code });
  });

  it("names what is covered instead, and the file that is not served", async () => {
    await expect(drive(createArticle, { topic: "Penguins", documents: [{ name: "tide-mill.md", text }] })).rejects.toMatchObject({
      details: { covered: ["tide mill"] },
    });
    await expect(
      drive(createArticle, {
        topic: "Moulins",
        documents: [{ name: "fr.md", text: "Le moulin est dans la baie et il moud la farine avec la mer. ".repeat(9) }],
      }),
    ).rejects.toThrow("fr.md");
  });

  it("of which no sentence can be carried is refused, not published", async () => {
    const documents = [{ name: "mill.md", text: "# The tide mill at Orne\n\n| Wheels | 4\n\nTide mill, Orne: open daily!" }];
    await expect(drive(createArticle, { topic: "The tide mill at Orne", documents })).rejects.toMatchObject({
      name: "Refusal",
      code: "NOTHING_TO_SAY",
    });
  });

  it("with one document gives an article of it, and says what it left out", async () => {
    const name = "harbour-courier.html";
    const documents = [{ name, text: readFileSync(new URL(`coastal-heat/${name}`, EXAMPLES), "utf8") }];
    const { output } = await drive(createArticle, { topic: "The seawater heat pump of Skarhaven", documents });
    expect(output.statements.length).toBeGreaterThanOrEqual(8);
    expect(bodyOf(output.article).length).toBeGreaterThanOrEqual(1);
    expect(output.article).toContain("## Left out");
  });

  it("of little gives little, and says which file was left out", async () => {
    const documents = [
      { name: "mill.md", text },
      { name: "de.txt", text: "Die Mühle steht an der Küste und ist sehr alt. ".repeat(12) },
    ];
    const { output } = await drive(createArticle, { topic: "The tide mill at Orne", documents });
    expect(countWords(output.article)).toBeLessThan(120);
    expect(output.statements.length).toBeGreaterThanOrEqual(1);
    expect(output.skipped).toEqual([{ file: "de.txt", why: "it is not in English, the only language served" }]);
    expect(output.article).toContain("de.txt");
  });

  it("names the document of which nothing was taken, and keeps an author's heading", async () => {
    const mill = `# The tide mill at Orne\n\n## The wheels\n\n${text}\n\n## Was there trouble?\n\nIce broke two paddles in the hard winter of 1893. Oak from the estate at Lund was bought for new paddles.`;
    const documents = [
      { name: "mill.md", text: mill },
      { name: "sacks.csv", text: "year,sacks\n1890,410\n1891,388\n" },
    ];
    const { output } = await drive(createArticle, { topic: "The tide mill at Orne", documents });
    expect(output.skipped).toEqual([{ file: "sacks.csv", why: 'next to nothing in it is on the topic: it is "sacks"' }]);
    expect(output.article).toContain("sacks.csv");
    expect(output.article).toContain("## Was there trouble?");
  });

  it("leaves out documents about something else, and says which", async () => {
    const brief = briefOf("urban-beavers");
    const others = ["coastal-heat", "night-trains"].flatMap((folder) => briefOf(folder).documents);
    const { output } = await drive(createArticle, { ...brief, documents: [...brief.documents, ...others] });
    expect(output.skipped.map(({ file }) => file).sort()).toEqual(others.map(({ name }) => name).sort());
    for (const { file } of output.skipped) expect(output.article).toContain(`\`${file}\` (next to nothing in it is on the topic`);
    expect(output.statements).toEqual((await drive(createArticle, brief)).output.statements);
  });

  it("says every statement of its documents, or names it", async () => {
    const statements = {
      "stands.txt": [
        "The Marl Street laundry stands beside the canal.",
        "The laundry burned down.",
        "Nobody was hurt.",
        "The Marl Street laundry burned in the night of 3 to 4 May 1987.",
        "Some say that the laundry sells soap.",
        "This is not true.",
      ],
      "door.md": [
        "The Marl Street laundry has a red door and a tall chimney.",
        "The Marl Street laundry burned on 4 May 1987.",
        "It never reopened.",
        "The diesel generator cost £9,800, which is £1,300 over the budget.",
        "For: 6.",
      ],
    };
    const cell = "The Marl Street laundry lost 40 customers in 1911, and none came back.";
    const documents = [
      ...Object.entries(statements).map(([name, all]) => ({ name, text: all.join(" ") })),
      { name: "remarks.csv", text: `Item,Remark\n"The laundry","${cell}"\n` },
    ];
    const { output } = await drive(createArticle, { topic: "The Marl Street laundry", documents });
    for (const one of [...Object.values(statements).flat(), cell]) expect(output.article).toContain(one);
    expect(output.statements.map(({ text }) => text)).not.toContain("Some say that the laundry sells soap.");
  });

  it("takes a document and its mirror for one witness", async () => {
    const page = (body: string) =>
      `<html><body><div class="${body.length}"><h1>The tide mill at Orne</h1><p>${text}</p>${body}</div></body></html>`;
    const documents = [
      { name: "mill.html", text: page("<p>Ice broke two paddles of the tide mill at Orne in the winter of 1893.</p>") },
      { name: "mirror.html", text: page("") },
      { name: "other.md", text: text.replace("four wooden", "six wooden") },
    ];
    const { output } = await drive(createArticle, { topic: "The tide mill at Orne", documents });
    expect(output.skipped).toEqual([{ file: "mirror.html", why: "it repeats mill.html word for word" }]);
    expect(output.contradictions).toHaveLength(1);
    expect(new Set(output.statements.map(({ source }) => source.file))).not.toContain("mirror.html");
  });

  it("gets a heading of what its sentences say, where a model's says what no source does", async () => {
    const models = scripted(({ task }, value) => {
      if (task !== "draft_article") return value;
      const draft = Draft.parse(value);
      return { ...draft, sections: draft.sections.map((section) => ({ ...section, heading: "Balthasar Quent remembers" })) };
    });
    const { output } = await drive(createArticle, briefOf("urban-beavers"), { models });
    const headings = bodyOf(output.article).map(({ heading }) => heading);
    expect(headings.length).toBeGreaterThanOrEqual(3);
    for (const heading of headings) expect(heading).toMatch(/^\p{Lu}\p{Ll}+$/u);
    expect(output.article).not.toContain("Quent");
  });

  it("may bring documents by digest", async () => {
    const { output } = await drive(
      createArticle,
      { topic: "The tide mill at Orne", documents: [{ name: "mill.md", digest: "d1" }] },
      { objects: { d1: new TextEncoder().encode(text) } },
    );
    expect(output.statements[0]?.source.file).toBe("mill.md");
    await expect(
      drive(
        createArticle,
        { topic: "Mills", documents: [{ name: "a.bin", digest: "d1" }] },
        { objects: { d1: Uint8Array.of(0xff, 0xfe, 0) } },
      ),
    ).rejects.toThrow("it is not UTF-8 text");
  });

  it("may want an approval, and posts on the page", async () => {
    const posts = [{ channel: "social", text: "Four wheels <turn>\n# at Orne" }];
    const brief = { topic: "The tide mill at Orne", documents: [{ name: "mill.md", text }], approval: true, promote: "ask" as const };
    const { output, approvals, asked, emitted } = await drive(createArticle, brief, {
      capabilities: { "marketing.promote": () => ({ posts }) },
    });
    expect(approvals).toEqual(["publish this article?"]);
    expect(asked).toContain("marketing.promote");
    expect(output.posts).toEqual(posts);
    expect(output.html).toContain("Four wheels &lt;turn&gt;");
    expect(emitted).toMatchObject([{ data: { promoted: "ask" } }]);
  });

  it("with markup in it cannot break the page", async () => {
    const nasty = "The tide mill at Orne runs <script>alert(1)</script> & “[x](javascript:alert(1))” in the old mill house.";
    const { output } = await drive(createArticle, {
      topic: "The <b>tide mill</b> at Orne",
      documents: [{ name: 'm"<i>.txt', text: `${nasty} The tide mill at Orne has four wooden wheels and a floor of stone.` }],
    });
    expect(output.html).not.toMatch(/<script|<b>tide|<i>/u);
    expect(output.article).not.toContain("[x](javascript");
    expect(contentStems(output.metadata.title)).toContain("tid");
  });
});
