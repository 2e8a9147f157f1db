import type { Workflow } from "@armada/agents";
import { shortHash } from "@armada/contracts";

/** The digest of a workflow's source: an edit without a new version shows. */
export function sourceOf(workflow: Pick<Workflow, "run">): string {
  return shortHash(workflow.run.toString());
}
