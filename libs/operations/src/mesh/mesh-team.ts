import type { Team } from "@armada/agents";
import type { ArmadaError, TeamManifest } from "@armada/contracts";

/**
 * A team of the running mesh: its stream is there; its manifest, where administration said what it is; and its definition, where
 * `services/` has one that loads.
 */
export type MeshTeam = {
  readonly name: string;
  readonly definition?: Team;
  readonly manifest?: TeamManifest;
  readonly trouble?: ArmadaError;
};
