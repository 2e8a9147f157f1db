const GENERATION = /^(.*)~(\d+)$/;

/** Whether an id is one of those that `continueAsNew` gives. */
export function isGeneration(run: string): boolean {
  return GENERATION.test(run);
}

/** What `continueAsNew` calls the run that goes on with a run's work: `<run>~2`, then `<run>~3`. */
export function nextRun(run: string): string {
  const { first, k } = placeOf(run);
  return `${first}~${k + 1}`;
}

/** The run with which the work of `run` began. */
export function firstGeneration(run: string): string {
  return placeOf(run).first;
}

/**
 * The newest run that goes on with the work of `run`, which has begun; `run` itself where none has. Generations begin one after
 * the other and none is ever taken away, so of n of them some 2 log n are looked at.
 */
export async function newestGeneration(run: string, hasBegun: (run: string) => Promise<boolean>): Promise<string> {
  const { first, k } = placeOf(run);
  let begun = k;
  let stride = 1;
  for (; await hasBegun(`${first}~${begun + stride}`); stride *= 2) begun += stride;
  for (stride /= 2; stride >= 1; stride /= 2) if (await hasBegun(`${first}~${begun + stride}`)) begun += stride;
  return begun === k ? run : `${first}~${begun}`;
}

function placeOf(run: string): { readonly first: string; readonly k: number } {
  const [, first = run, k = "1"] = GENERATION.exec(run) ?? [];
  return { first, k: Number(k) };
}
