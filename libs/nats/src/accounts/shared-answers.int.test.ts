import { expect, test } from "vitest";
import { startTestMesh } from "../testing/mesh.ts";

test("behind walls an agent that shares its answers keeps them in its team", async () => {
  const teams = ["ours", "theirs"].map((team) => ({ team, queues: [], sources: new Map(), shares: true }));
  await using mesh = await startTestMesh(teams, { walled: true });
  const ours = await mesh.connect("ours");
  const theirs = await mesh.connect("theirs");
  const revision = await ours.answers.fleet.put("answer-x", "forty-two", 0);
  expect(await ours.answers.fleet.get("answer-x")).toEqual({ value: "forty-two", revision });
  expect(await theirs.answers.fleet.get("answer-x")).toBeUndefined();
});
