import { expect, test } from "vitest";
import { digestsIn, giveBodies } from "./bodies.ts";
import { MemoryMesh } from "./memory/mesh.ts";
import { seededRandom, VirtualClock } from "./testing/virtual-time.ts";

const digest = (letter: string): string => letter.repeat(43);

test.each([
  ["a string", { documents: [{ digest: digest("a") }] }, [digest("a")]],
  ["the same twice", [digest("a"), digest("a")], [digest("a")]],
  [
    "a part of a text, whatever stands beside it",
    `see\n${digest("a")}, "${digest("b")}" and a/${digest("c")}`,
    ["a", "b", "c"].map(digest),
  ],
  ["a name of a member", { [digest("a")]: 1 }, [digest("a")]],
  ["what is longer or shorter", [digest("a").slice(1), `${digest("b")}b`, "x".repeat(500)], []],
])("%s is looked at for digests", (_what, value, found) => {
  expect(digestsIn(JSON.stringify(value))).toEqual(found);
});

function scene() {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((team) => mesh.connect(team).objects);
  if (alpha === undefined || beta === undefined || gamma === undefined) throw new Error("no teams");
  const put = (text: string): Promise<string> => alpha.put(Buffer.from(text));
  const had = async (digests: readonly string[]): Promise<boolean[]> =>
    Promise.all(
      digests.map((one) =>
        beta.get(one, "alpha").then(
          () => true,
          () => false,
        ),
      ),
    );
  return { alpha, beta, gamma, put, had };
}

test("a message gives what it names and what its moved values name; not what the documents name, nor what only others have", async () => {
  const { alpha, beta, gamma, put, had } = scene();
  const within = await put("named in a document");
  const document = await put(`see ${within}`);
  const moved = await put("named in a moved value");
  const value = await put(JSON.stringify({ documents: [{ digest: moved }] }));
  const unnamed = await put("nobody names it");
  const foreign = await gamma.put(Buffer.from("of gamma"));
  const message = JSON.stringify({ data: { input: { $object: value, size: 9, team: "alpha" }, more: [document, foreign] } });
  await giveBodies(message, (one) => alpha.give(one, "beta"));
  await giveBodies(message, (one) => alpha.give(one, "beta"));
  expect(await had([document, value, moved, within, unnamed, foreign])).toEqual([true, true, true, false, false, false]);
  await expect(beta.get(unnamed)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  await expect(gamma.get(document, "alpha")).rejects.toMatchObject({ code: "OBJECT_MISSING" });
});

test("what looks like a moved value within a text is a digest like any other", async () => {
  const { alpha, put, had } = scene();
  const within = await put("named in a document");
  const document = await put(within);
  await giveBodies(JSON.stringify({ text: JSON.stringify({ $object: document }) }), (one) => alpha.give(one, "beta"));
  expect(await had([document, within])).toEqual([true, false]);
});
