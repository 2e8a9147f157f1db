import { settingsOf } from "@armada/runtime/config";
import { expect, test } from "vitest";
import { changedOf } from "./dev.ts";

const settings = (value: object) => settingsOf({ name: "armada.config.ts", value }, {}).list;

test("settings that need another start are named; of the room it is followed what holds", () => {
  const before = settings({ drain: "10s", budgets: { teams: { support: "$1/day" } } });
  const now = settings({ drain: "20s", room: { total: "2GB" }, budgets: { teams: {} } });
  expect(changedOf(before, now).sort()).toEqual(["budgets.teams.support", "drain"]);
  expect(changedOf(now, now)).toEqual([]);
});
