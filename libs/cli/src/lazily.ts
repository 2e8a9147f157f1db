/** A function of a module that is loaded once it is called. */
export function lazily<M, A extends unknown[], R>(
  load: () => Promise<M>,
  pick: (module: M) => (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => pick(await load())(...args);
}
