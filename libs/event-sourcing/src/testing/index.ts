export { immediateScheduler, seededRandom, VirtualClock } from "./virtual-time.ts";
