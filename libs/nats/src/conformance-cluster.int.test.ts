import { conformance } from "@armada/event-sourcing/testing";
import * as vitest from "vitest";
import { jetstreamAdapter } from "./testing/index.ts";

conformance(jetstreamAdapter("JetStream R3", 3), vitest);
