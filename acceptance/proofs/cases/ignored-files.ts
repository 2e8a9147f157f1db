import { withDocuments } from "../documents/article/articles-of.ts";
import { reading } from "../documents/article/document-reading.ts";
import { holds, none, type Proof } from "../harness/proof.ts";

const STOPS = "stop,opens\nQuay,2027\n";

/** Nothing in the folder is passed over in silence: it is read, or it is named with why it is not. */
export const run: Proof = async function* () {
  using folder = withDocuments({
    "first.md":
      "The harbour tram opened in the autumn of 2027 and has nine stops in all. The depot of the harbour tram holds fourteen trams at night.\n",
    "second.md": "The harbour tram carries 9,000 passengers a day. The harbour tram cost the city 48 million euros.\n",
    "stops.csv": STOPS,
    "report.pdf": "%PDF-1.4 not really a pdf",
    "picture.png": "not really a picture",
    "more/third.md": "The harbour tram runs every ten minutes between six in the morning and midnight.\n",
  });
  const { stdout, stderr } = await folder.attempt("The harbour tram");
  const said = stdout + stderr;
  const left = (name: string): boolean => new RegExp(`leaving out [^\\n]*${name}`, "u").test(said);
  yield none(
    "files that cannot be read and are not named",
    ["report.pdf", "picture.png"].filter((name) => !left(name)),
  );
  const table = (await reading("stops.csv", STOPS)).text;
  yield holds("the table is read, or named", left("stops.csv") || /^\| Quay \| 2027$/mu.test(table), table);
  yield holds("the folder is read, or named", left("more") || said.includes("third.md"), said.slice(0, 300));
};
