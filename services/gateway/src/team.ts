import { team } from "@armada/agents";

/** The edge: what came in from outside is this team's facts. It has no agents. */
export default team({ name: "gateway" });
