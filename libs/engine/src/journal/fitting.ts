import { ArmadaError, type ErrorCode } from "@armada/contracts";
import { messageOf } from "./failure.ts";

type Schema<T> = {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
};

/** What a schema makes of a value, or why it does not fit; a schema's own code that throws (`cause`) says so as well. */
export function fitting<T>(
  schema: Schema<T>,
  value: unknown,
): { success: true; data: T } | { success: false; message: string; cause?: unknown } {
  try {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed;
    const issues = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
    );
    return { success: false, message: issues.join("; ") };
  } catch (cause) {
    return { success: false, message: messageOf(cause), cause };
  }
}

/** What a schema makes of a value. @throws ArmadaError `code`: "`what` does not fit its schema: path: why" */
export function fitted<T>(schema: Schema<T>, value: unknown, code: ErrorCode, what: string): T {
  const fits = fitting(schema, value);
  if (fits.success) return fits.data;
  throw new ArmadaError(code, `${what} does not fit its schema: ${fits.message}`, { cause: fits.cause });
}
