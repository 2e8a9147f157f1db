import { expect, test } from "vitest";
import { checkName, checkTeamName } from "./names.ts";

test("no team goes by a name that the mesh itself uses, and others may", () => {
  for (const name of ["fleet", "operator", "provisioner", "archiver", "armada"]) {
    expect(() => checkTeamName(name)).toThrow(expect.objectContaining({ code: "BAD_NAME" }));
    expect(checkName(name, "agent")).toBe(name);
  }
  expect(() => checkTeamName("Desk")).toThrow(expect.objectContaining({ code: "BAD_NAME" }));
  expect(checkTeamName("gateway")).toBe("gateway");
});
