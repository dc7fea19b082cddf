/**
 * The table of rooms in docs/architecture.md as data. The layer check and the linter both read it,
 * so a new room or a new permission is written here and nowhere else.
 *
 * - `face`: what other rooms may import, relative to the room's folder.
 * - `uses`: rooms it may import. `types`: rooms it may only `import type` from.
 * - `pure`: no DOM, clock, network, storage or hidden randomness (see also tsconfig.core.json).
 */
export const rooms = {
  threshold: { face: 'index.ts', uses: [], pure: true },
  chains: { face: 'index.ts', uses: [], pure: true },
  journal: { face: 'index.ts', uses: [], pure: true },
  policy: { face: 'index.ts', uses: ['journal', 'chains'], pure: true },
  keystore: { face: 'index.ts', uses: [] },
  // Answers of servers of Bitcoin are parsed there: hence `chains`.
  network: { face: 'index.ts', uses: ['chains'] },
  // It computes the digest itself, from the bytes that were approved: hence `chains`.
  ceremonies: { face: 'index.ts', uses: ['threshold', 'chains', 'network'], types: ['policy'] },
  wallet: {
    face: 'index.ts',
    uses: ['threshold', 'chains', 'journal', 'policy', 'keystore', 'network', 'ceremonies'],
  },
  ui: {
    face: 'main.tsx',
    uses: ['wallet'],
    types: ['threshold', 'chains', 'journal', 'policy', 'keystore', 'network', 'ceremonies'],
  },
  relay: { face: 'relay.ts', uses: [], leaves: false, node: true },
};

/** Files every room (but `relay`) may import directly. */
export const leaves = ['codec.ts', 'errors.ts', 'text.ts', 'words.ts', 'cbor.ts'];

/** Packages that pure rooms and leaves may import. */
export const purePackages = ['@noble/', '@scure/', '@ethereum-sourcify/', 'cborg', 'ox', 'valibot'];

/**
 * The only files of `src/threshold/` that may import a hash (`@noble/hashes/*` other than
 * `utils.js`). A path that ends in `/` stands for the folder.
 */
export const hashCallers = [
  'src/threshold/hash.ts',
  'src/threshold/hash-each.ts',
  'src/threshold/derive.ts', // BIP-32 fixes HMAC-SHA512 without a tag of ours
  'src/threshold/schnorr/', // BIP-340 and BIP-341 fix their own tags
];

/** Code that never ships: tests, their helpers and their vectors. A regular expression. */
export const testOnly = '(\\.test\\.tsx?$|/testing/|/vectors/)';
