import { ArmadaError } from "@armada/contracts";
import { checkZone, localTime } from "@armada/ledger/periods";

/** The hours of each day in which work may begin. `from`, `to`: ms since midnight as clocks in the zone show it; over midnight where `to` is less. */
export type Window = { readonly text: string; readonly from: number; readonly to: number; readonly zone: string };

const DAY_MS = 86_400_000;
const FORM = /^(\d\d:\d\d(?::\d\d)?)-(\d\d:\d\d(?::\d\d)?) (\S+)$/;

/** `22:00-06:00 Europe/Berlin`, to the second where it says so. @throws ArmadaError `BAD_WINDOW` */
export function parseWindow(text: string): Window {
  const [, first = "", last = "", zone = ""] = FORM.exec(text) ?? [];
  const from = timeOf(first);
  const to = timeOf(last);
  if (from === undefined || to === undefined || from === DAY_MS || from === to) throw bad(text);
  try {
    checkZone(zone);
  } catch (cause) {
    throw bad(text, cause);
  }
  return { text, from, to, zone };
}

/**
 * The first instant at or after `at` (ms since 1970) at which the window is open: `at` itself where it is. Where clocks
 * go forward over its beginning it opens as they have; an hour that comes twice is in it twice.
 */
export function opening(window: Window, at: number): number {
  let now = at;
  for (;;) {
    if (isOpen(window, now)) return now;
    const offset = offsetOf(window, now);
    const wanted = now + ((window.from - timeOfDay(window, now) + DAY_MS) % DAY_MS);
    if (offsetOf(window, wanted) === offset) return wanted;
    now = changeOf(window, now, wanted);
  }
}

function isOpen(window: Window, at: number): boolean {
  const { from, to } = window;
  const time = timeOfDay(window, at);
  return from < to ? time >= from && time < to : time >= from || time < to;
}

/** The first second with another offset from UTC than `low`, of which `high` is one; clocks change once in between. */
function changeOf(window: Window, low: number, high: number): number {
  const before = offsetOf(window, low);
  let same = Math.floor(low / 1_000);
  let other = Math.ceil(high / 1_000);
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetOf(window, middle * 1_000) === before) same = middle;
    else other = middle;
  }
  return other * 1_000;
}

function timeOfDay(window: Window, at: number): number {
  return (((at + offsetOf(window, at)) % DAY_MS) + DAY_MS) % DAY_MS;
}

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetOf({ zone }: Window, at: number): number {
  return Date.parse(`${localTime(at, zone)}Z`) - Math.floor(at / 1_000) * 1_000;
}

/** Milliseconds of a day, `24:00` included; undefined for what no clock shows. */
function timeOf(text: string): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN, seconds = 0] = text.split(":").map(Number);
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  return minutes < 60 && seconds < 60 && time <= DAY_MS ? time : undefined;
}

function bad(text: string, cause?: unknown): ArmadaError {
  return new ArmadaError("BAD_WINDOW", `${JSON.stringify(text)} is no window`, {
    cause,
    hint: "write two times of day and a zone of the IANA database: 22:00-06:00 Europe/Berlin",
  });
}
