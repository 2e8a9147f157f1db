import { team } from "armada-mesh";
import { helper, things } from "../../makers/src/parts.ts";

/** Lists another team's agent as its own. */
export default team({ name: "lenders", agents: [helper], readModels: [things] });
