import type { About } from "./about.ts";
import { authoring } from "./authoring.ts";
import { commands } from "./commands.ts";
import { health, mesh } from "./mesh.ts";
import { models, money } from "./models.ts";
import { runs } from "./runs.ts";
import { shipped, testing } from "./teams.ts";

/** Every code that the product's own code gives an error, a failure or a trouble: docs/reference/errors.md is made of it. */
export const errorCodes = { authoring, runs, models, money, commands, mesh, health, testing, shipped } as const satisfies Record<
  string,
  Readonly<Record<string, About>>
>;

type Groups = typeof errorCodes;
/** A code of the registry. */
export type ErrorCode = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];
