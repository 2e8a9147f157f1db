import { ArmadaError } from "../errors.ts";

const UNITS = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;
const SIZE = /^(\d+(?:\.\d+)?) ?(KB|MB|GB|TB)$/;

/** `500MB`, `1.5GB`, as nats-server reads them: powers of 1,024. @returns bytes. @throws ArmadaError `BAD_SIZE` */
export function parseBytes(text: string): number {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  if (amount === undefined || unit === undefined || !Object.hasOwn(UNITS, unit) || Number(amount) <= 0)
    throw new ArmadaError("BAD_SIZE", `${JSON.stringify(text)} is not a size`, { hint: "write 500MB, 20GB or 1.5TB" });
  return Math.floor(Number(amount) * UNITS[unit as keyof typeof UNITS]);
}

/** `1.5 GB`: the largest unit that leaves a number over one, with one decimal. */
export function sizeText(bytes: number): string {
  const unit = (Object.entries(UNITS) as [string, number][]).findLast(([, size]) => bytes >= size);
  return unit === undefined ? `${bytes} bytes` : `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`;
}
