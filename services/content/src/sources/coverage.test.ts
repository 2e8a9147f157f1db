import { describe, expect, it } from "vitest";
import { checkCoverage } from "./coverage.ts";

const sources = [
  {
    name: "trains.md",
    text: "# The night train to Monteverra\n\nThe night train leaves Alderport in the evening.\n\nA berth in the sleeping car costs 90 euros.",
  },
  {
    name: "tracks.md",
    text: "# Track charges\n\nTrack charges are the largest cost of the night train.\n\nFreight trains use the tracks at night.",
  },
];

describe("checkCoverage", () => {
  it.each([
    "The night train between Alderport and Monteverra",
    "night trains",
    "How Night Trains Pay Track Charges",
    "What the sleeping car costs",
    "A guide to track charges",
    "The seaport Alderport",
  ])("takes %s", (topic) => {
    expect(() => checkCoverage(topic, sources)).not.toThrow();
  });
  it.each([
    "Medieval bread baking",
    "Night trains in Japan",
    "The history of the night sky",
    "Penguins",
    "The seaport Selby",
    "Ocean currents and evening weather",
  ])("refuses %s and says what is covered", (topic) => {
    expect(() => checkCoverage(topic, sources)).toThrow(
      expect.objectContaining({ code: "TOPIC_NOT_COVERED", details: { covered: ["The night train to Monteverra", "Track charges"] } }),
    );
  });
});
