/** A number with what it counts or measures, its bounds in base units. */
export type Quantity = {
  /** `length`, `money:euro`, `percent`, … or `count:<head noun>`; with `/…` for a rate. */
  readonly dimension: string;
  readonly low: number;
  readonly high: number;
  /** Half of the last place that is written, in base units. */
  readonly slack: number;
  readonly about: "exact" | "about" | "more" | "less";
  readonly range: boolean;
  /** Words right after the number that name what is counted, the head noun among them. */
  readonly noun: readonly string[];
  /** Offsets into the clause: from the sign (of a currency, too) to the end of the unit. */
  readonly from: number;
  readonly to: number;
  /** Where the number ends, its scale word within. */
  readonly until: number;
  /** Where "at least", "or more", "about" stand. */
  readonly bound?: { readonly from: number; readonly to: number };
};
