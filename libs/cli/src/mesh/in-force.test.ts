import { settingsOf } from "@armada/runtime";
import { expect, test } from "vitest";
import { inForce } from "./up.ts";

test("of a mesh's settings room is what is said now, all else what it was started with", () => {
  const first = settingsOf({ name: "armada.config.ts", value: { drain: "1s", room: { teams: { alpha: "1MB", beta: "2MB" } } } }, {});
  const now = settingsOf({ name: "armada.config.ts", value: { drain: "9s", room: { total: "5GB", teams: { alpha: "20MB" } } } }, {});
  const shown = inForce(first, now);
  const said = (path: string): unknown => shown.find((one) => one.path === path)?.value;
  expect(["drain", "room.teams.alpha", "room.teams.beta", "room.total"].map(said)).toEqual(["1s", "20MB", undefined, "5GB"]);
  expect(inForce(first, first)).toEqual(first.list);
});
