import { fold, readModel, team } from "armada-mesh";
import { Said } from "./contract.ts";

/** How many facts it was told, and each by its number. */
const told = readModel({
  name: "told",
  version: 1,
  initial: (): Readonly<Record<string, number>> => ({}),
  folds: [fold(Said, (count: Readonly<Record<string, number>>) => ({ all: (count.all ?? 0) + 1 }))],
});

export default team({ name: "told", readModels: [told] });
