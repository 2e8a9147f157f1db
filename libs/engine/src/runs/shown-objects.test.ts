import { ArmadaError } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { withShown } from "./shown-objects.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what the first giver shows that shows it is read and passed on; one that is not there holds nothing up", async () => {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  for (const name of ["desk", "bank", "post"]) mesh.provision(name, []);
  const [desk, bank, post] = ["desk", "bank", "post"].map((team) => mesh.connect(team).objects);
  if (desk === undefined || bank === undefined || post === undefined) throw new Error("no teams");
  const digest = await bank.put(bytes("shown"));
  await bank.show(digest);
  const unshown = await bank.put(bytes("not shown"));
  const getShown: typeof desk.getShown = (one, owner) =>
    owner === "away" ? Promise.reject(new ArmadaError("LOG_UNAVAILABLE", "no stream answers")) : desk.getShown(one, owner);
  const objects = withShown({ ...desk, getShown }, ["away", "post", "bank"]);
  expect(Buffer.from(await objects.get(digest)).toString()).toBe("shown");
  await expect(objects.get(digest, "bank")).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  await expect(objects.get(unshown)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  expect(await objects.give(unshown, "post")).toBeUndefined();
  expect(Buffer.from((await objects.give(digest, "post")) ?? []).toString()).toBe("shown");
  expect(Buffer.from(await post.get(digest, "desk")).toString()).toBe("shown");
  await objects.show(digest);
  expect(Buffer.from(await post.getShown(digest, "desk")).toString()).toBe("shown");
});
