import { redact, redactIn } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { pino, stdTimeFunctions } from "pino";
import { currentTrace } from "./telemetry/current.ts";
import { withoutSecretFields } from "./telemetry/redact.ts";
import { type RotatingFile, rotatingFile } from "./telemetry/rotating-file.ts";

/** The least grave that is logged; `silent`: nothing. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Where a service logs. `maxBytes` of a file before it is moved aside, 10 MiB unless said; `keep`: how many of those stay, 3 unless said. */
export type LogOptions = {
  readonly service: string;
  /** `logs/<service>.log`, JSON lines, rotated; without it the lines go to standard output. */
  readonly file?: string | undefined;
  /** `info` unless said. */
  readonly level?: LogLevel;
  readonly maxBytes?: number;
  readonly keep?: number;
  /** Where lines without a file go; standard output unless said. Readable on a terminal, JSON else. */
  readonly out?: { readonly isTTY?: boolean; write(text: string): unknown };
};

/** Disposing writes what is buffered. */
export type Log = Logger &
  AsyncDisposable & {
    debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
    error(message: string, fields?: Readonly<Record<string, unknown>>): void;
    /** The same log, with `fields` in every line. */
    with(fields: Readonly<Record<string, unknown>>): Log;
  };

/** JSON logs by pino: time, level, service, message, the ids of the span around the caller, and no secrets. */
export function createLog(options: LogOptions): Log {
  const file =
    options.file === undefined
      ? undefined
      : rotatingFile({
          path: options.file,
          ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
          ...(options.keep === undefined ? {} : { keep: options.keep }),
        });
  const out = options.out ?? process.stdout;
  const shown = file === undefined && out.isTTY === true ? readable : (line: object): string => `${JSON.stringify(line)}\n`;
  const logger = pino(
    {
      level: options.level ?? "info",
      base: { service: options.service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      mixin: currentTrace,
      formatters: { level: (level) => ({ level }), log: withoutSecretFields },
      serializers: { error: pino.stdSerializers.err },
    },
    { write: (line: string) => (file ?? out).write(shown(redactIn(JSON.parse(line) as object, redact))) },
  );
  return logOf(logger, file);
}

function logOf(logger: pino.Logger, file: RotatingFile | undefined): Log {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    with: (fields) => logOf(logger.child(withoutSecretFields({ ...fields })), file),
    [Symbol.asyncDispose]: () => file?.close() ?? Promise.resolve(),
  };
}

const LINE_FIELDS = new Set(["level", "time", "service", "pid", "msg", "trace_id", "span_id"]);

/** `14:03:09 content warn the message run=r1 tries=2`, times in UTC. */
function readable(fields: object): string {
  const { time, service, level, msg } = { time: "", service: "", level: "", msg: "", ...fields };
  const rest = Object.entries(fields).filter(([name]) => !LINE_FIELDS.has(name));
  const written = rest.map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join("");
  return `${String(time).slice(11, 19)} ${service} ${level} ${msg}${written}\n`;
}
