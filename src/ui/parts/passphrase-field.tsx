import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { FieldError } from '../../wallet/index.ts';
import { Field } from './field.tsx';

/** A passphrase that can be shown. */
export function PassphraseField(props: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: string;
  readonly fresh: boolean;
  readonly autoFocus?: boolean;
  readonly errors?: readonly FieldError[] | undefined;
  readonly onChange: (value: string) => void;
}) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field name="passphrase" label={props.label} hint={props.hint} errors={props.errors}>
      {(control) => (
        <div className="input-with-button">
          <input
            {...control}
            type={shown ? 'text' : 'password'}
            value={props.value}
            autoComplete={props.fresh ? 'new-password' : 'current-password'}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            autoFocus={props.autoFocus}
            onChange={(event) => {
              props.onChange(event.target.value);
            }}
          />
          <button
            type="button"
            className="button button-small"
            aria-pressed={shown}
            onClick={() => {
              setShown(!shown);
            }}
          >
            <Icon className="icon" aria-hidden />
            {shown ? 'Hide' : 'Show'}
            <span className="hidden-visually"> the passphrase</span>
          </button>
        </div>
      )}
    </Field>
  );
}
