import { CircleAlert } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import type { FieldError } from '../../wallet/index.ts';

/** What ties a control to its label, hint and error. */
export interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
  readonly className: string;
}

/** A labelled control with a hint and, after a check, what is wrong with it. */
export function Field(props: {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly errors?: readonly FieldError[] | undefined;
  readonly children: (control: ControlProps) => ReactNode;
}) {
  const id = fieldId(props.name);
  const error = props.errors?.find(({ field }) => field === props.name);
  const described = [
    props.hint === undefined ? '' : `${id}-hint`,
    error === undefined ? '' : `${id}-error`,
  ]
    .join(' ')
    .trim();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {props.label}
      </label>
      {props.hint === undefined ? null : (
        <div className="field-hint" id={`${id}-hint`}>
          {props.hint}
        </div>
      )}
      {props.children({
        id,
        name: props.name,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
        className: 'input',
      })}
      {error === undefined ? null : (
        <p className="field-error" id={`${id}-error`}>
          <CircleAlert className="icon" aria-hidden />
          {error.message}
        </p>
      )}
    </div>
  );
}

/** Every error of a form at once; each leads to its field. Takes the focus when it appears. */
export function ErrorSummary(props: { readonly errors: readonly FieldError[] }) {
  const seen = useRef<readonly FieldError[]>(undefined);
  if (props.errors.length === 0) return null;
  return (
    <div
      className="notice notice-loss"
      tabIndex={-1}
      ref={(element) => {
        if (element !== null && seen.current !== props.errors) element.focus();
        seen.current = props.errors;
      }}
    >
      <CircleAlert className="icon" aria-hidden />
      <div className="notice-body">
        <h2 className="notice-title">
          {props.errors.length === 1
            ? 'One thing needs a change'
            : `${String(props.errors.length)} things need a change`}
        </h2>
        <ul className="stack-tight">
          {props.errors.map(({ field, message }) => (
            <li key={field + message}>
              <button
                type="button"
                className="link"
                onClick={() => document.getElementById(fieldId(field))?.focus()}
              >
                {message}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function fieldId(name: string): string {
  return `field-${name}`;
}
