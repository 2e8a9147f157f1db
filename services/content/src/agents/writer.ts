import { agent } from "armada-mesh";
import { Brief } from "../contract.ts";
import { Draft } from "../page/draft.ts";
import { checkCoverage } from "../sources/coverage.ts";
import { readDocuments } from "../sources/documents.ts";
import { onTopic } from "../sources/on-topic.ts";
import { atTheirWord } from "../sources/taken-back.ts";

/** Words of the body that the page has room for. */
const WORDS = 700;

/** Without a fallback: there is no article without a draft, so a step waits for the writer, and loses nothing by it. */
export const writer = agent({
  name: "writer",
  does: "drafts an article whose every sentence cites a document",
  tier: "specialist",
  input: Brief.pick({ topic: true, documents: true, audience: true }),
  output: Draft,
  limits: { timeout: "120s", attempts: 4, concurrency: 4 },
  run: async ({ input, model, objects }) => {
    const read = await readDocuments(input.documents, objects);
    checkCoverage(input.topic, read.sources);
    const { sources } = onTopic(input.topic, read.sources);
    return model.ask({
      task: "draft_article",
      system: "You are a careful staff writer. You state only what the given documents say, and you show where they say it.",
      prompt: `Write an article about "${input.topic}"${input.audience === undefined ? "" : ` for ${input.audience}`} from the documents given, and from nothing else.
- 500 to ${WORDS} words where the documents carry that much; shorter where they do not. Never pad.
- A standfirst of one or two sentences, then three to six sections with short plain headings; each section draws on two documents or more.
- Each sentence is one claim, with the file that carries it and a quote: words copied from that file exactly, long enough to hold every number, date and name of your sentence. Name no number, date or person that the quote does not hold.
- Where documents disagree, do not choose: leave the disputed figure out.
- No sentence begins with a word that points at another sentence (this, it, however, and the like).`,
      material: atTheirWord(sources),
      params: { topic: input.topic, words: WORDS, ...(input.audience === undefined ? {} : { audience: input.audience }) },
      schema: Draft,
      maxTokens: 8_000,
    });
  },
});
