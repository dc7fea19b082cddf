import type { Settings } from '../../wallet/index.ts';

/** Stores the settings; gives whether that succeeded. The screen around shows why not. */
export type Save = (settings: Settings) => Promise<boolean>;
