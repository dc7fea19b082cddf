import { useSyncExternalStore } from 'react';

/** Whether the page is being printed: what a screen folds away is unfolded then. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => printing || medium().matches);
}

let printing = false;
const listeners = new Set<() => void>();
const medium = (): MediaQueryList => window.matchMedia('print');

function set(value: boolean): void {
  printing = value;
  for (const call of listeners) call();
}

const begin = (): void => {
  set(true);
};
const end = (): void => {
  set(false);
};

/** Not every browser says both: the event comes before the page is laid out for paper. */
function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
  }
  listeners.add(listener);
  const query = medium();
  query.addEventListener('change', listener);
  return () => {
    query.removeEventListener('change', listener);
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.removeEventListener('beforeprint', begin);
    window.removeEventListener('afterprint', end);
  };
}
