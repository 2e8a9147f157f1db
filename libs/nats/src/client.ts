/** What works on a mesh that is there, as services and most commands do; what makes, changes and keeps one stands in the index. */
export { connectTeam, type NatsPorts, portsOf } from "./adapter.ts";
export { type Link, link, PINNED_SERVER } from "./connection/connect.ts";
export { asNotAdmitted } from "./connection/not-admitted.ts";
export { Fleet } from "./fleet/fleet.ts";
export { type Access, type Admitted, accessIn } from "./identity/access.ts";
export { RUNNING_STEP } from "./signs-of-life/culprit.ts";
export { type IndexReads, indexReads, sequenceAt } from "./stores/index-reads.ts";
export { fireOverdueTimers } from "./stores/overdue-timers.ts";
export { type QueueThere, queuesThere, serverTime, subjectsThere, teamsThere } from "./streams/inventory.ts";
export { type SourceThere, sourcesThere } from "./streams/sources-there.ts";
export { streamsMissing, teamRooms } from "./streams/stream-room.ts";
