/**
 * How many generated cases a differential test tries: DIFFERENTIAL_CASES, where it is set, or what is quick
 * enough for every run.
 */
export function casesOf(quick: number): number {
  const { DIFFERENTIAL_CASES: asked } = process.env;
  if (asked === undefined) return quick;
  if (!/^[1-9][0-9]{0,6}$/.test(asked)) throw new Error('DIFFERENTIAL_CASES is no count');
  return Number(asked);
}
