import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment, owned, type Place } from "../../harness/product.ts";

/** What all of them emit: the team `till` takes it. */
const TYPE = "com.example.order.paid";
const AGAIN_MS = 50;

export type Command = { readonly command: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** What is killed, and goes on where it stood. */
export type Victim = { readonly name: string; kill(): Promise<void> };

/** A process that is started again whenever it was killed, until it has ended well or is no longer wanted. */
export class Kept implements Victim, AsyncDisposable {
  readonly name: string;
  readonly #at: Place;
  readonly #command: Command;
  readonly #files: () => { readonly stdin: string; readonly stdout: string } | undefined;
  readonly #faults: string[] = [];
  #said = "";
  #child: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();
  #over = false;

  /** `files`: of its stdin and its stdout, asked before each start. */
  constructor(name: string, command: Command, at: Place, files: () => { readonly stdin: string; readonly stdout: string } | undefined) {
    this.name = name;
    this.#at = at;
    this.#command = command;
    this.#files = files;
    this.#start();
  }

  /** The end of what it has said on stderr since it was started last. */
  said(): string {
    return this.#said;
  }

  /** How it ended by itself, where it should not have. */
  faults(): readonly string[] {
    return this.#faults;
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.kill();
  }

  #start(): void {
    if (this.#over) return;
    const files = this.#files();
    const [stdin, stdout] = files === undefined ? [] : [openSync(files.stdin, "r"), openSync(files.stdout, "a")];
    const { command, args, env } = this.#command;
    const stdio = [stdin ?? "ignore", stdout ?? "ignore", "pipe"] as const;
    const child = owned(spawn(command, args, { env: { ...environment(this.#at), ...env }, stdio: [...stdio] }));
    for (const fd of [stdin, stdout]) if (fd !== undefined) closeSync(fd);
    this.#said = "";
    child.stderr?.on("data", (chunk) => {
      this.#said = `${this.#said}${chunk}`.slice(-400);
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once("close", resolve));
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL") setTimeout(() => this.#start(), AGAIN_MS);
      else if (code !== 0) this.#faults.push(`${this.name} ended with ${signal ?? code}: ${this.#said}`);
    });
  }
}

/**
 * A process that emits what is on its stdin, an event a line, and says on its stdout, a file, the id of each that is acknowledged.
 * Started anew it is given what it has not said yet: that may be stored, and is the same event.
 */
export class Sender implements Victim, AsyncDisposable {
  readonly name: string;
  readonly source: string;
  readonly #events: ReadonlyMap<string, string>;
  readonly #bytes: number;
  readonly #file: string;
  readonly #process: Kept;

  constructor(name: string, count: number, command: Command, at: Place) {
    this.name = name;
    this.source = `/clients/${name}`;
    this.#file = join(at.cwd, `${name}.acknowledged`);
    this.#events = new Map(
      Array.from({ length: count }, (_, n) => {
        const id = `${name}-${n}`;
        const event = { specversion: "1.0", id, source: this.source, type: TYPE, subject: id, data: { client: name, n } };
        return [id, `${JSON.stringify(event)}\n`];
      }),
    );
    this.#bytes = this.#events.keys().reduce((sum, id) => sum + id.length + 1, 0);
    const stdin = join(at.cwd, `${name}.jsonl`);
    this.#process = new Kept(name, command, at, () => {
      const known = new Set(this.#mended());
      writeFileSync(stdin, [...this.#events].flatMap(([id, line]) => (known.has(id) ? [] : [line])).join(""));
      return { stdin, stdout: this.#file };
    });
  }

  /** The part that was acknowledged, 0 to 1. */
  progress(): number {
    return (statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) / this.#bytes;
  }

  /** The ids that were acknowledged. */
  acknowledged(): string[] {
    return existsSync(this.#file) ? readFileSync(this.#file, "utf8").split("\n").filter(Boolean) : [];
  }

  faults(): readonly string[] {
    return this.#process.faults();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  /** A kill in the middle of a write leaves a line without its end. */
  #mended(): string[] {
    const text = existsSync(this.#file) ? readFileSync(this.#file, "utf8") : "";
    writeFileSync(this.#file, text.slice(0, text.lastIndexOf("\n") + 1));
    return this.acknowledged();
  }
}
