import { team } from "@armada/agents";

/** Grants the teams parts of what they may spend together, and does nothing else: without it they go on with what they have. */
export default team({ name: "federation" });
