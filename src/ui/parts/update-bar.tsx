import { useSyncExternalStore } from 'react';

/** Where the page learns that a newer version waits, and how it takes it. */
export interface Updates {
  readonly subscribe: (listener: () => void) => () => void;
  readonly isWaiting: () => boolean;
  readonly apply: () => void;
}

/** A quiet bar: a new version never takes over by itself in the middle of a decision. */
export function UpdateBar(props: { readonly updates: Updates }) {
  const waiting = useSyncExternalStore(props.updates.subscribe, props.updates.isWaiting);
  return (
    <div role="status">
      {waiting ? (
        <div className="quiet-bar">
          <span>
            A new version is ready. It loads when you say so; you unlock again afterwards.
          </span>
          <button
            type="button"
            className="button-quiet"
            onClick={() => {
              props.updates.apply();
            }}
          >
            Load it now
          </button>
        </div>
      ) : null}
    </div>
  );
}
