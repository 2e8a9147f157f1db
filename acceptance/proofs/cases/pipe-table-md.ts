import { notRead, reading, sentencesRead } from "../documents/article/document-reading.ts";
import { none, type Proof } from "../harness/proof.ts";

const TABLE = "# The tram line\n\nStop | Opens | Cost\n--- | --- | ---\nQuay | 2027 | 4 million\n";
const SITE = `+++
title = "The tram line"
+++

import Map from "./map"

# The tram line {#tram}

The tram line has nine stops between the quay and the hospital.

:::note
The tram line opens in the autumn of 2027.
:::

!!! warning
    The rails are slippery in the rain, and cyclists fall on them.

Prices stand below.[^1]

[^1]: As the council has set them in May.
`;

/** Tables without outer pipes, front matter, directives, heading ids and footnotes are what they are, not prose. */
export const run: Proof = async function* () {
  const table = await reading("council.md", TABLE);
  yield none(
    "rows that were not read",
    ["| Stop | Opens | Cost", "| Quay | 2027 | 4 million"].filter((row) => !table.text.split("\n").includes(row)),
  );
  const { text, sentences } = await reading("site.md", SITE);
  yield sentencesRead(sentences, [
    "The tram line has nine stops between the quay and the hospital.",
    "The tram line opens in the autumn of 2027.",
    "The rails are slippery in the rain, and cyclists fall on them.",
    "Prices stand below.",
  ]);
  yield notRead(text, ["+++", "import Map", "{#tram}", ":::", "!!!", "[^1]"]);
};
