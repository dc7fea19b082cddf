/** The largest numbers of 96 and 128 bits are what some tokens take for "without limit". */
const SENTINELS = [2n ** 96n - 1n, 2n ** 128n - 1n];
/** No supply comes near: what is larger means "without limit", whatever the token. */
const NO_SUPPLY = 2n ** 160n - 1n;

/** Whether an amount means as much as there is, now and later. */
export const isUnlimited = (amount: bigint): boolean =>
  amount >= NO_SUPPLY || SENTINELS.includes(amount);
