import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Processes of one file, each given `wanted` and said to be ready. Disposing ends them. */
export async function children(
  file: string,
  count: number,
  wanted: object,
): Promise<AsyncDisposable & { readonly all: readonly ChildProcess[] }> {
  const all = Array.from({ length: count }, () =>
    fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  await Promise.all(
    all.map(
      (child) =>
        new Promise<void>((resolve, reject) => {
          child.once("message", () => resolve());
          child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
          child.send(wanted);
        }),
    ),
  );
  return {
    all,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        all.map((child) => {
          const gone = new Promise((resolve) => child.once("exit", resolve));
          child.disconnect();
          return gone;
        }),
      );
    },
  };
}
