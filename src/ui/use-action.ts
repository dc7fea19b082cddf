/** A button's work: pending while it runs, and its error as a sentence. */
import { useState } from 'react';
import { CountersignError } from '../errors.ts';

export interface Action {
  readonly pending: boolean;
  readonly error: string | undefined;
  /** Runs the work; gives whether it succeeded. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  readonly clear: () => void;
}

export function useAction(): Action {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string>();
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    setPending(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (cause) {
      setError(sentenceOf(cause));
      return false;
    } finally {
      setPending(false);
    }
  };
  return {
    pending,
    error,
    run,
    clear: () => {
      setError(undefined);
    },
  };
}

/** What to tell a person about an error. One of ours says it itself; any other is a defect of this page. */
export function sentenceOf(cause: unknown): string {
  if (cause instanceof CountersignError) return cause.message;
  const name = cause instanceof Error ? cause.name : 'unknown';
  return (
    `This page failed in a way it does not know (${name}). ` +
    'Whatever was recorded before is stored. Reload the page and look before you try again.'
  );
}
