export type * from './api.ts';
export type * from './state.ts';
export * from './format.ts';
