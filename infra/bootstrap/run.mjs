import { start } from "./start.mjs";

// `npm start`, `npm test`, `npm run prove` and `npm run sim`; `npx armada` comes through armada.mjs.
const [command, ...args] = process.argv.slice(2);
const say = args.includes("--json") ? console.error : console.log;
const asks = args.includes("--help"); // for which no server is looked for
if (command === "demo") await start("libs/cli/src/main.ts", ["demo", ...args], { say });
else if (command === "verify") await start("infra/verify/run.ts", args, { nats: !asks && !args.includes("--fast"), own: true, say });
else if (command === "prove") await start("acceptance/proofs/main.ts", args, { nats: !asks && !args.includes("--list"), own: true, say });
else if (command === "sim") {
  const drawn = args.some((arg) => arg === "--programs" || arg.startsWith("--programs="));
  await start(`libs/testing/src/${drawn ? "programs" : "sim"}/main.ts`, args, { nats: false, say });
} else if (command === "bench") await start("bench/main.ts", args, { nats: !asks, own: true, say });
else if (command === "bench:cost") await start("bench/cost/main.ts", args, { nats: false, say });
else if (command === "packages") await start("infra/packages/main.ts", args, { nats: false, say });
else throw new Error(`run.mjs takes demo, verify, prove, sim, packages, bench or bench:cost, not ${command}`);
