/** Most runs and steps need none of these: they share an empty one until something is put in, which replay feels. */
export const NONE: ReadonlyMap<never, never> = new Map<never, never>();
export const NO_NAMES: ReadonlySet<string> = new Set();
export const NO_NUMBERS: ReadonlySet<number> = new Set();

export function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return map.size === 0 ? new Map([[key, value]]) : (map as Map<K, V>).set(key, value);
}

export function add<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  return set.size === 0 ? new Set([value]) : (set as Set<T>).add(value);
}

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (map.size > 0) (map as Map<K, V>).delete(key);
  return map;
}
