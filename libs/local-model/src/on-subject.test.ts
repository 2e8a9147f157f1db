import { loadTagger } from "@armada/text";
import { expect, it } from "vitest";
import { candidatesOf } from "./candidates.ts";
import { onSubject } from "./on-subject.ts";

const QUARRY =
  "# The quarry at Holm\n\nThe quarry at Holm employs 64 people of the town. The stone was used for the bridge at Vale and for a pier.";
const MINUTES =
  "# Minutes\n\nThe budget of the school was passed without a word. The quarry at Holm may blast on Tuesdays until 2027. The choir was given 400 euros for its journey. The stone of the pier was found to be broken.";
const PARK =
  "# Holm Quarry Park\n\nHolm Quarry Park is a park for climbers of all ages. The owner of Holm Quarry Park is the climber Tom Reed.";

it("keeps of a document what has to do with the topic, and nothing of another thing with a like name", async () => {
  const material = [QUARRY, MINUTES, PARK].map((text, i) => ({ name: `${i}.md`, text }));
  const kept = onSubject(candidatesOf(material, await loadTagger()), "The quarry at Holm").map(({ text }) => text);
  expect(kept.sort()).toEqual([
    "The quarry at Holm employs 64 people of the town.",
    "The quarry at Holm may blast on Tuesdays until 2027.",
    "The stone of the pier was found to be broken.",
    "The stone was used for the bridge at Vale and for a pier.",
  ]);
});

it("keeps all where no document is about the topic", async () => {
  const candidates = candidatesOf([{ name: "a.md", text: MINUTES }], await loadTagger());
  expect(onSubject(candidates, "Rowing boats")).toEqual(candidates);
});
