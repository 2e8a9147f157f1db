import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../project.ts";
import { place, says, start } from "../testing/product.ts";

/** What it has said by the time of the Ctrl-C, and the code that it then ends with. */
const MOMENTS = [
  ["its article is there", "Ctrl-C ends it", 0],
  ["the article is made", "the mesh serves after", 130],
] as const;

test("an agent that is not there is not broken, and those that are there are named", async () => {
  using at = place();
  const { code, stdout } = await start(at.folder, ["demo", "--json", "--break", "nobody"]).ended;
  expect(code).toBe(2);
  expect(stdout).toContain('"message":"no agent is called nobody","hint":"there are content.writer, content.editor, ');
  expect(stdout).toContain("marketing.social_writer");
});

test.each(MOMENTS)("the demo ends at one Ctrl-C once %s", async (_when, said, code) => {
  using at = place();
  const demo = start(at.folder, ["demo", "--port", "0", "--sources", join(projectRoot, "examples/night-trains")]);
  await says(demo, said, 90_000);
  const began = performance.now();
  demo.child.kill("SIGINT");
  expect((await demo.ended).code, demo.said()).toBe(code);
  expect(performance.now() - began).toBeLessThan(20_000);
});
