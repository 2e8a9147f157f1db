import type { ModelRequest } from "@armada/models";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LOCAL_MODEL, localModel } from "./model.ts";

const material = [
  {
    name: "mills.md",
    text: "# Mills\n\nThe tide mill at Orne grinds flour with the sea. The tide mill has four wooden wheels. A miller opens the gates twice a day. The mill pond fills within two hours at high tide.",
  },
  {
    name: "sea.md",
    text: "# The sea at Orne\n\nHigh tide reaches the mill pond at Orne twice a day. The mill pond covers three hectares of old salt marsh. The tide mill is the last of eleven on this coast. Herons fish in the mill pond at dusk.",
  },
];
const Draft = z.object({
  title: z.string(),
  standfirst: z.array(z.unknown()),
  sections: z.array(
    z.object({ heading: z.string(), sentences: z.array(z.object({ text: z.string(), file: z.string(), quote: z.string() })) }),
  ),
});
const signal = new AbortController().signal;
const request = (change: Partial<ModelRequest> = {}) => ({
  tier: "worker" as const,
  task: "draft_article",
  material,
  params: { topic: "The tide mill at Orne" },
  schema: Draft,
  ...change,
});

describe("the local model", () => {
  it("keeps documents of little in common in their own order, under their authors' headings", async () => {
    const railway = {
      name: "railway.md",
      text: "# The mountain railway\n\n## Panel 1: Carl von Ghega\n\nCarl von Ghega planned the railway over the pass in six years. Ghega had studied forty railways in North America before.\n\n## Locomotives\n\nA contest was held to find an engine for the slopes. Four engines took part in the contest, and the Bavaria won.",
    };
    const hotels = {
      name: "hotels.md",
      text: "# Hotels on the mountain\n\n## Guests from the city\n\nHotels were built for the guests who came by railway. The largest hotel had its own post office and bakery. A ball was given each winter in the great hall of the house.",
    };
    const answer = await localModel().call(request({ material: [railway, hotels], params: { topic: "The mountain railway" } }), signal);
    const { sections } = Draft.parse(answer.value);
    expect(sections.map(({ heading }) => heading)).toEqual(["Guests from the city", "Carl von Ghega", "Locomotives"]);
    for (const { heading, sentences } of sections)
      for (const { text, file } of sentences) {
        const under = [railway, hotels].find(({ name }) => name === file)?.text.split(`${heading}\n`)[1] ?? "";
        expect(under.split("## ")[0], heading).toContain(text);
      }
  });

  it("keeps a short sentence that gives a figure", async () => {
    const page = {
      name: "locks.md",
      text: "# The canal\n\nIn the old locks a wide ship has sixty centimetres of water on each side of its hull. The locks were widened when the ships became larger. A lock is a basin with gates at both ends. The canal is 82 kilometres long.",
    };
    const other = {
      name: "ships.md",
      text: "# Ships\n\nShips wait at the locks for a day when the lake is low. The locks of the canal lift the ships to the lake. Ships pay a toll at the locks of the canal.",
    };
    const answer = await localModel().call(request({ material: [page, other], params: { topic: "The canal" } }), signal);
    const { sections } = Draft.parse(answer.value);
    const sentences = sections.flatMap((section) => section.sentences.map(({ text }) => text));
    expect(sentences).toContain("The canal is 82 kilometres long.");
  });

  it.each([
    ["A grant of £120,000 from the Estuary Fund paid for more than half of it.", false],
    ["A grant of £5,000 from the county paid for more than half of it.", false],
    ["A gift of £900 from the Orne Trust prevented that.", false],
    ["In 1990 the council of Orne bought it.", false],
    ["The owner of the tide mill sold it in 1990.", true],
    ["The miller opens the wooden gates and closes them at dusk.", true],
    ["The mill has 20 wooden wheels, and twelve of them are new.", true],
  ])("takes what can stand alone: %s %s", async (sentence, isTaken) => {
    const page = { name: "mill.md", text: `# The tide mill at Orne\n\nThe tide mill at Orne has cost £214,500 in one year. ${sentence}` };
    const answer = await localModel().call(request({ material: [page] }), signal);
    expect(JSON.stringify(answer.value).includes(JSON.stringify(sentence).slice(1, -1))).toBe(isTaken);
  });

  it("writes a name in a title as a name", async () => {
    const text =
      "## Carl von Ghega\n\nThe engineer Carl von Ghega planned the railway.\n\n## The work\n\nIn August the work on the railway began.";
    const answer = await localModel().call(
      request({
        task: "seo_metadata",
        material: [{ name: "page.md", text }],
        params: { topic: "The railway" },
        schema: z.object({ title: z.string() }),
      }),
      signal,
    );
    expect(answer.value).toEqual({ title: "The railway: Carl von Ghega and the work" });
  });

  it("gives no title that says its topic twice", async () => {
    const text = "# Lake Orran\n\n## Lake Orran\n\nIt is deep.\n\n## Lake Orran: the survey\n\nIt was deep.\n\n## The char\n\nThey swim.";
    const answer = await localModel().call(
      request({
        task: "seo_metadata",
        material: [{ name: "page.md", text }],
        params: { topic: "Lake Orran" },
        schema: z.object({ title: z.string() }),
      }),
      signal,
    );
    expect(answer.value).toEqual({ title: "Lake Orran" });
  });

  it("answers with the material's own sentences, free of charge, and counts tokens", async () => {
    const answer = await localModel().call(request(), signal);
    const { sections } = Draft.parse(answer.value);
    for (const { text, file, quote } of sections.flatMap(({ sentences }) => sentences)) {
      expect(material.find(({ name }) => name === file)?.text).toContain(quote);
      expect(text).toBe(quote);
    }
    expect(answer).toMatchObject({ model: LOCAL_MODEL, costMicros: 0 });
    expect(answer.usage.inputTokens).toBeGreaterThan(60);
    expect(answer.usage.outputTokens).toBeGreaterThan(10);
  });

  it("gives the same answer whatever the prompt, the order and the run", async () => {
    const first = await localModel().call(request(), signal);
    const second = await localModel().call(
      request({ prompt: "Write about dragons.", system: "You are a dragon.", material: [...material].reverse(), tier: "orchestrator" }),
      signal,
    );
    expect(second.value).toEqual(first.value);
  });

  it("refuses what it cannot do instead of making something up", async () => {
    await expect(localModel().call(request({ task: "translate" }), signal)).rejects.toMatchObject({
      code: "LOCAL_MODEL_CANNOT",
      terminal: true,
    });
    await expect(localModel().call(request({ task: "constructor" }), signal)).rejects.toMatchObject({ code: "LOCAL_MODEL_CANNOT" });
    await expect(localModel().call(request({ schema: z.object({ mood: z.string() }) }), signal)).rejects.toMatchObject({
      code: "LOCAL_MODEL_CANNOT",
    });
    await expect(localModel().call(request({ task: "summarize", material: [] }), signal)).rejects.toMatchObject({
      code: "LOCAL_MODEL_CANNOT",
    });
  });

  it("says what its answer has where the schema wants another one, and when the material gave nothing", async () => {
    const wanted = z.object({ summary: z.string() });
    await expect(localModel().call(request({ task: "summarize", schema: wanted }), signal)).rejects.toThrow(
      /summary: .*undefined; it answers \{ text, sentences \}$/,
    );
    await expect(localModel().call(request({ task: "summarize", material: [] }), signal)).rejects.toThrow(
      "the local model finds nothing to work on in the material of summarize",
    );
  });

  it("summarizes a short text none of whose sentences could stand in an article", async () => {
    const text = "A pipe burst in our kitchen. The floor is wet. I need help. Please call.";
    const schema = z.object({ text: z.string() });
    const { value } = await localModel().call(
      request({ task: "summarize", material: [{ name: "claim", text }], params: {}, schema }),
      signal,
    );
    expect(value).toEqual({ text: "A pipe burst in our kitchen. The floor is wet. I need help." });
  });

  it("stops where the caller has given up", async () => {
    await expect(localModel().call(request(), AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });

  it("summarizes by sentences of the material", async () => {
    const { value } = await localModel().call(
      request({
        task: "summarize",
        params: { sentences: 2 },
        schema: z.object({ text: z.string(), sentences: z.array(z.object({ text: z.string(), file: z.string() })).length(2) }),
      }),
      signal,
    );
    for (const { text, file } of (value as { sentences: { text: string; file: string }[] }).sentences)
      expect(material.find(({ name }) => name === file)?.text).toContain(text);
  });

  it("writes posts that fit their channel", async () => {
    const points = [{ name: "a1", text: "The tide mill has four wooden wheels.\nHerons fish in the mill pond at dusk." }];
    const Post = z.object({ text: z.string() });
    const social = await localModel().call(
      request({
        task: "write_post",
        material: points,
        params: { channel: "social", title: "The tide mill", keywords: ["tide mill"], most: 80 },
        schema: Post,
      }),
      signal,
    );
    expect(social.value).toEqual({ text: "The tide mill\nThe tide mill has four wooden wheels.\n#tidemill" });
    const email = await localModel().call(
      request({ task: "write_post", material: points, params: { channel: "email", title: "The tide mill" }, schema: Post }),
      signal,
    );
    expect(email.value).toEqual({
      text: "Subject: The tide mill\n\n- The tide mill has four wooden wheels.\n- Herons fish in the mill pond at dusk.",
    });
  });
});
