import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

/** Copies a text and says so; says as well when the browser refuses. */
export function CopyButton(props: {
  readonly text: string;
  readonly what: string;
  readonly full?: boolean;
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  const Icon = state === 'copied' ? Check : Copy;
  const said = {
    idle: `Copy ${props.what}`,
    copied: 'Copied',
    refused: 'Select it and copy by hand',
  };
  return (
    <button
      type="button"
      className={props.full === true ? 'button' : 'button button-small'}
      onClick={() => void copy()}
      onBlur={() => {
        setState('idle');
      }}
    >
      <Icon className="icon" aria-hidden />
      <span aria-live="polite">{said[state]}</span>
    </button>
  );
}
