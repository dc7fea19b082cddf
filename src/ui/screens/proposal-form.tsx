/** The frame of every form that ends in a proposal: errors first, note and expiry last. */
import type { ReactNode } from 'react';
import type { FieldError } from '../../wallet/index.ts';
import { ErrorSummary } from '../parts/field.tsx';
import { Continue, ExpiryField, NoteField, OverrideField } from './form-fields.tsx';

interface CommonForm {
  readonly note: string;
  readonly expiresInHours: number;
  readonly overrideMaybeSigned?: boolean;
}

export function ProposalForm(props: {
  readonly form: CommonForm;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly set: (part: Partial<CommonForm>) => void;
  readonly onSubmit: () => void;
  /** The fields of the kind. */
  readonly children: ReactNode;
}) {
  const { form, errors, set } = props;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <ErrorSummary errors={errors} />
      {props.children}
      <NoteField
        value={form.note}
        errors={errors}
        onChange={(note) => {
          set({ note });
        }}
      />
      <ExpiryField
        value={form.expiresInHours}
        errors={errors}
        onChange={(expiresInHours) => {
          set({ expiresInHours });
        }}
      />
      <OverrideField
        errors={errors}
        value={form.overrideMaybeSigned === true}
        onChange={(overrideMaybeSigned) => {
          set({ overrideMaybeSigned });
        }}
      />
      <Continue pending={props.pending} failed={props.failed} />
    </form>
  );
}
