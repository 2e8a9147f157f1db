import { readFileSync } from "node:fs";
import { withDocuments } from "../documents/article/articles-of.ts";
import { notRead, reading, sentencesRead } from "../documents/article/document-reading.ts";
import { none, type Proof } from "../harness/proof.ts";

const ONE = `(Intro music)

0:00:14.1 **Ina Holt** Welcome to episode one about the harbour tram.

0:00:21.4 **Per Lind** The harbour tram opened in the autumn of 2027 after nine years of planning.

0:01:05.0 **Ina Holt** The harbour tram carries 9,000 passengers on a working day.

0:01:20.2 **Per Lind** The depot of the harbour tram stands on the old shipyard.

0:02:31.9 **Ina Holt** The city pays 48 million euros for the harbour tram.
`;
const TWO = `0:00:03.0 **Ina Holt** Welcome back to the second episode about the harbour tram.

0:00:31.4 **Per Lind** The harbour tram has nine stops between the quay and the hospital.

0:01:12.0 **Ina Holt** The depot of the harbour tram holds fourteen trams at night.

0:02:40.7 **Per Lind** The passengers of the harbour tram pay by card only.

0:03:15.5 **Ina Holt** The passengers like the harbour tram more than the old bus.
`;

/** Speaker turns are a form of their own: no time and no name is part of a sentence, and no heading is a speaker. */
export const run: Proof = async function* () {
  const { sentences } = await reading("episode-1.txt", ONE);
  yield sentencesRead(sentences, [
    "The harbour tram carries 9,000 passengers on a working day.",
    "The depot of the harbour tram stands on the old shipyard.",
  ]);
  using folder = withDocuments({ "episode-1.txt": ONE, "episode-2.txt": TWO });
  const { output } = await folder.article("The harbour tram");
  yield notRead(output.statements.map(({ text }) => text).join("\n"), ["0:0", "**", "Ina Holt", "Per Lind"]);
  const headings = readFileSync(output.article, "utf8").match(/^#+ .*$/gmu) ?? [];
  yield none(
    "headings that are a speaker",
    headings.filter((heading) => /Holt|Lind|Ina|Per\b/u.test(heading)),
  );
};
