import { withDocuments } from "../documents/article/articles-of.ts";
import { notRead, reading, sentencesRead } from "../documents/article/document-reading.ts";
import { none, type Proof } from "../harness/proof.ts";

const page = (part: string, text: string): string => `<html><head><title>The harbour tram, part ${part}</title></head><body>
<div class="topbar"><a href="/">Home</a> <a href="/health">Health</a></div>
<div class="cookie-banner">This site uses cookies to give the best experience to visitors of the harbour tram pages.</div>
<h1>The harbour tram, part ${part}</h1>
<p>${text}</p>
<div class="related"><h4>More stories</h4><a href="/1">Ferry fares will rise again A study of the ferry company shows that fares of the depot ferry rise by nine percent.</a></div>
<div class="footer">The Harbour Post is a member of the press council and the harbour tram depot guild. The Harbour Post does not give legal advice on trams or depots.</div>
</body></html>`;
const A = [
  "The harbour tram opened in the autumn of 2027.",
  "The depot of the harbour tram stands on the old shipyard.",
  "The depot holds fourteen trams at night.",
];
const B = [
  "The harbour tram has nine stops between the quay and the hospital.",
  "The depot of the harbour tram cost nine million euros.",
  "The city built the depot in two years.",
];
const FURNITURE = ["cookies", "Ferry fares", "press council", "legal advice"];

/** Only a page's main part is read, and what all pages of a site repeat is no agreement of sources. */
export const run: Proof = async function* () {
  const documents = { "page-a.html": page("a", A.join(" ")), "page-b.html": page("b", B.join(" ")) };
  for (const [name, wanted] of [["page-a.html", A] as const, ["page-b.html", B] as const])
    yield sentencesRead((await reading(name, documents[name])).sentences, wanted);
  using folder = withDocuments(documents);
  const { output } = await folder.article("The harbour tram");
  const stated = output.statements.map(({ text }) => text);
  yield notRead(stated.join("\n"), FURNITURE);
  yield none(
    "statements that are not of the two paragraphs",
    stated.filter((text) => ![...A, ...B].includes(text)),
  );
};
