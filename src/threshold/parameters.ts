/** Parameters of suite L128 (specification section 1). A change here changes the suite string. */

/** Bit length of the group order. */
export const KAPPA = 256;
/** Base OTs per direction and pair; length in bits of the extension sender's secret Nabla. */
export const LAMBDA_C = 128;
/** Degree of the check field GF(2^sigma): computational, because the check is non-interactive. */
export const SIGMA = 128;
/** Slack of the bit encoding of the multiplication's random input. */
export const LAMBDA_S = 128;
/** Extended OTs per multiplication. */
export const XI = KAPPA + 2 * LAMBDA_S;
/** Blocks of the consistency check. */
export const CHECK_BLOCKS = XI / SIGMA;
/** Inputs multiplied by the same b: the nonce share and the key share. */
export const L = 2;
/** Check columns of the multiplication. */
export const RHO = 1;
/** Scalars per extended OT. */
export const WIDTH = L + RHO;
/** Bytes of one row of the extension matrix: xi choice bits and sigma bits of padding. */
export const ROW_BYTES = (XI + SIGMA) / 8;
/** Digests in one signing ceremony (addendum A1). */
export const MAX_ITEMS = 16;
/** Largest number of parties. */
export const MAX_PARTIES = 255;
