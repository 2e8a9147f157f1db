import { team } from "armada-mesh";
import { ask, helper, Made, things } from "./parts.ts";

export default team({ name: "makers", agents: [helper], workflows: [ask], emits: [Made], readModels: [things] });
