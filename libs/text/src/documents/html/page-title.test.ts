import { describe, expect, it } from "vitest";
import { readDocument } from "../document.ts";

const page = (title: string, body = "", head = "") =>
  readDocument({
    path: "page.html",
    bytes: `<title>${title}</title>${head}<body>${body}<p>The volcano of Krakatoa lies in the strait between Java and Sumatra, and it broke apart in August 1883.</p>
<p>The sea rose to thirty metres, and the sound was heard four thousand kilometres away on Rodrigues.</p></body>`,
  });

describe("a page's title", () => {
  it.each([
    ["Krakatoa – Wikipedia", "Krakatoa"],
    ["Krakatoa | Volcano Guide", "Krakatoa"],
    ["Krakatoa | Volcanoes | The Daily Herald", "Krakatoa"],
    ["The sound of 1883 - Earth &amp; Sky", "The sound of 1883"],
    ["The sound of 1883 — Herald.com", "The sound of 1883"],
    ["Krakatoa – The volcano of Java", "Krakatoa – The volcano of Java"],
    ["Krakatoa - what the sea did", "Krakatoa - what the sea did"],
    ["Krakatoa", "Krakatoa"],
    ["A post-mortem of Krakatoa", "A post-mortem of Krakatoa"],
  ])("%s is %s", async (title, wanted) => {
    const { blocks, called } = await page(title);
    expect(called).toBe(wanted);
    expect(blocks[0]).toEqual({ kind: "heading", level: 1, text: wanted });
  });

  it("is the part that a heading has too", async () => {
    expect((await page("Herald | Earth | The sound of 1883", "<h2>The sound of 1883</h2>")).called).toBe("The sound of 1883");
  });

  it("is without what the page says its site is called", async () => {
    const site = `<meta property="og:site_name" content="Sumatra Today">`;
    expect((await page("Sumatra Today - Krakatoa", "", site)).called).toBe("Krakatoa");
    expect((await page("Krakatoa - Sumatra Today", "", site)).called).toBe("Krakatoa");
    expect((await page("Sumatra Today", "", site)).called).toBe("Sumatra Today");
  });
});
