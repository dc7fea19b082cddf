/** Where the service worker leaves word that a newer version waits, for the bar to show. */
import type { Updates } from './parts/update-bar.tsx';

export interface UpdateSource extends Updates {
  /** A newer version is ready; `apply` loads it. */
  readonly announce: (apply: () => void) => void;
}

export function createUpdateSource(): UpdateSource {
  const listeners = new Set<() => void>();
  let waiting: (() => void) | undefined;
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    isWaiting: () => waiting !== undefined,
    apply: () => {
      waiting?.();
    },
    announce: (apply) => {
      waiting = apply;
      for (const listener of listeners) listener();
    },
  };
}
