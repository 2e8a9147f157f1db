import { team } from "armada-mesh";
import { ask, Made, things } from "./parts.ts";

/** Its workflow asks an agent that it does not list. */
export default team({ name: "makers", workflows: [ask], emits: [Made], readModels: [things] });
