import { conformance } from "@armada/event-sourcing/testing";
import * as vitest from "vitest";
import { jetstreamAdapter } from "./testing/index.ts";

conformance(jetstreamAdapter("JetStream R1, an account for each team", 1, { walled: true }), vitest);
