import { expect, test } from "vitest";
import { z } from "zod";
import type { ModelRequest, Passage } from "../port.ts";
import { coalescedRequest } from "./coalesced-request.ts";

const schema = z.object({ verdict: z.string() });
const source: Passage = { name: "source", text: "Twelve pages." };
const asked = (prompt: string, ...material: readonly Passage[]): ModelRequest => ({
  tier: "worker",
  task: "check",
  prompt,
  material,
  schema,
});
const names = ({ material }: ModelRequest): string[] => material.map(({ name }) => name);

test("passages with which each item begins stand once, before what is an item's own", () => {
  const own = { name: "draft", text: "One." };
  const joint = coalescedRequest([asked("a", source, own), asked("b", source, { ...own, text: "Two." }), asked("c", source)]);
  expect(names(joint)).toEqual(["each item: source", "item 1: draft", "item 2: draft"]);
  expect(joint.prompt).toContain('"each item"');
  expect(names(coalescedRequest([asked("a", source), asked("b", source)]))).toEqual(["each item: source"]);
});

test("a passage that differs in a byte, or in its place, stands for each item", () => {
  const other = { ...source, text: "Twelve  pages." };
  expect(names(coalescedRequest([asked("a", source), asked("b", other)]))).toEqual(["item 1: source", "item 2: source"]);
  expect(names(coalescedRequest([asked("a", source), asked("b")]))).toEqual(["item 1: source"]);
  const joint = coalescedRequest([asked("a", other, source), asked("b", source)]);
  expect(names(joint)).toEqual(["item 1: source", "item 1: source", "item 2: source"]);
  expect(joint.prompt).not.toContain('"each item"');
});
