import { event } from "armada-mesh/contracts";
import { z } from "zod";

const about = { version: 1, id: (data: { id: string }) => data.id } as const;
export const Opened = event("herald.thing.opened", { ...about, data: z.object({ id: z.string() }) });
export const Closed = event("herald.thing.closed", { ...about, data: z.object({ id: z.string() }) });
export const Told = event("herald.thing.told", { ...about, data: z.object({ id: z.string() }) });
export const Rested = event("herald.thing.rested", { ...about, data: z.object({ id: z.string(), ms: z.number() }) });
