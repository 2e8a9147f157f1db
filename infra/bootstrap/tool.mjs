import { spawn } from "node:child_process";

/** npm, pip and go have no need of the providers' keys, nor has what they run. */
function withoutKeys(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:ANTHROPIC|OPENAI)_|^ARMADA_GATEWAY_KEY/.test(name)));
}

/**
 * Runs a program and resolves with { ok, output, why }; never rejects. `deadline` is in milliseconds. `sign` is what the
 * program writes once it has reached its server: without it within `signWithin` it is ended, so that a blocked network
 * costs seconds while a slow one has the whole deadline.
 */
export function tool(program, args, { deadline, sign, signWithin = 10_000, env = {}, cwd }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...withoutKeys(process.env), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    let ended;
    // The group, because pip, go and npm start children of their own.
    const end = (why) => {
      ended = why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended in between.
      }
    };
    const timers = [setTimeout(() => end(`not done within ${deadline / 1000} s`), deadline)];
    if (sign) timers.push(setTimeout(() => sign.test(output) || end(`no answer within ${signWithin / 1000} s`), signWithin));
    // Detached, it does not get the terminal's Ctrl-C.
    const interrupt = () => {
      end("interrupted");
      process.exit(130);
    };
    process.once("SIGINT", interrupt);
    const done = (result) => {
      timers.forEach(clearTimeout);
      process.off("SIGINT", interrupt);
      resolve(result);
    };
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => done({ ok: false, output, why: error.code === "ENOENT" ? `no ${program} here` : error.message }));
    child.on("close", (code) =>
      done({ ok: code === 0 && ended === undefined, output, why: ended ?? reason(output) ?? `exit code ${code}` }),
    );
  });
}

/** The line that says most: the first that names an error, else the last. */
function reason(output) {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (lines.find((line) => /error|could not|cannot|failed|no such host|refused|resolve/i.test(line)) ?? lines.at(-1))?.slice(0, 160);
}
