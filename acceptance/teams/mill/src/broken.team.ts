import type { Team } from "armada-mesh";

/** A build that does not start. */
const broken = (): Team => {
  throw new Error("this build is broken");
};

export default broken();
