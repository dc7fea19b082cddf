export type * from './api.ts';
export type * from './state.ts';
export * from './format.ts';
export { browserPlatform } from './browser/platform.ts';
export { problemOf } from './problems.ts';
export { createWallet } from './wallet.ts';
