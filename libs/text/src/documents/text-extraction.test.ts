import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocument } from "./document.ts";
import { titleOf } from "./text-extraction.ts";

const read = async (path: string, bytes: string): Promise<string> => (await readDocument({ path, bytes })).text;

describe("readDocument of Markdown", () => {
  it.each([
    ["joins a paragraph's lines", "One line\nand the next.\n\nAnother.", "One line and the next.\n\nAnother."],
    ["keeps headings, setext ones too", "# Title #\n\nSub\n---\ntext\n\nBig\n===", "# Title\n\n## Sub\n\ntext\n\n# Big"],
    [
      "leaves the words of links and emphasis",
      'See [the *guide*](a_(b).md "t") and **bold _it_**~~, struck~~, [ref][1].\n\n[1]: http://x',
      "See the guide and bold it, ref.",
    ],
    ["drops images, badges and HTML tags", "[![Build](a.svg)](b) Text<br/> with <b>tags</b> ![x](y)", "Text with tags"],
    ["drops code blocks but not inline code", "Before\n\n```js\nconst x = `1`;\n```\n\nAfter `a_b_c*d` it.", "Before\n\nAfter a_b_c*d it."],
    ["drops front matter and comments", "---\ntitle: X\n---\n<!-- no\nno -->Yes.", "Yes."],
    ["makes list items blocks", "- one\n  goes on\n* two\n3. three", "- one goes on\n\n- two\n\n- three"],
    ["makes table rows blocks", "| a | b |\n|---|:-:|\n| 1 | 2 |", "| a | b\n\n| 1 | 2"],
    ["decodes entities and escapes", "5 &lt; 6 &amp; 7\\*8 &#8211; &hellip; under\\_score", "5 < 6 & 7*8 – … under_score"],
    ["leaves underscores inside words", "a snake_case_name and __bold__", "a snake_case_name and bold"],
    ["unquotes quotations", "> said\n> twice", "said twice"],
  ])("%s", async (_, raw, expected) => {
    expect(await read("a.md", raw)).toBe(expected);
  });
});

describe("readDocument of HTML", () => {
  it.each([
    ["blocks and entities", "<p>One&nbsp;&amp; two</p><p>Three<br>four</p>", "One & two\n\nThree four"],
    ["scripts, styles and comments", "<style>p{}</style><p>Yes</p><script>alert('<p>no</p>')</script><!-- <p>no</p> -->", "Yes"],
    [
      "headings, lists and tables",
      "<h2>Head <em>x</em></h2><ul><li>a</li><li>b</li></ul><table><tr><th>n</th><td>1</td></tr></table>",
      "## Head x\n\n- a\n\n- b\n\n| n | 1",
    ],
    ["attributes with brackets", '<p title="a > b">Text</p>', "Text"],
    ["the title when no h1 is there", "<html><head><title>T &ndash; U</title></head><body><p>x</p></body></html>", "# T\n\nx"],
    ["escaped markup stays text", "<p>&lt;b&gt;bold&lt;/b&gt;</p>", "<b>bold</b>"],
  ])("%s", async (_, raw, expected) => {
    expect(await read("a.HTML", raw)).toBe(expected);
  });
});

describe("readDocument", () => {
  it("reads plain text by paragraphs, with underlined titles", async () => {
    expect(await read("a.txt", "\uFEFFTitle\r\n=====\r\none\r\ntwo\r\n\r\n* item\r\n")).toBe("# Title\n\none two\n\n- item");
  });

  it("reads any input, and its own result unchanged", async () => {
    const piece = fc.constantFrom(
      "# ",
      "word",
      " ",
      "\n",
      "\n\n",
      "- ",
      "| ",
      "*",
      "_",
      "`",
      "```\n",
      "<p>",
      "</p>",
      "<",
      "&amp;",
      "[",
      "](",
      ")",
      "===\n",
      "---\n",
      "1. ",
      "\t",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.constantFrom("a.md", "a.html", "a.txt", "a"), async (pieces, name) => {
        const once = await read(name, pieces.join(""));
        expect(await read("again.txt", once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes a title from the first heading, else from the name", () => {
    expect(titleOf("a.md", "text\n\n## Head")).toBe("Head");
    expect(titleOf("some-old_file.txt", "text")).toBe("some old file");
  });
});
