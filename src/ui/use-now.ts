/** The time, drawn again every second or every half minute. All users of one step share one timer. */
import { useSyncExternalStore } from 'react';

function clock(step: number) {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      now = Date.now();
      timer ??= setInterval(() => {
        now = Date.now();
        for (const call of listeners) call();
      }, step);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    get: () => now,
  };
}

const seconds = clock(1_000);
const halfMinutes = clock(30_000);

export function useNow(step: 'second' | 'half-minute' = 'half-minute'): number {
  const { subscribe, get } = step === 'second' ? seconds : halfMinutes;
  return useSyncExternalStore(subscribe, get);
}
