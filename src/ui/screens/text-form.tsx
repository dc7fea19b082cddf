/** A form around one large text: what was pasted, or a message. */
import type { ReactNode } from 'react';
import type { BitcoinAccountRef, FieldError, VaultView } from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { AccountField } from './form-fields.tsx';
import { ProposalForm } from './proposal-form.tsx';

interface TextForm {
  readonly account: number;
  readonly text: string;
  readonly note: string;
  readonly expiresInHours: number;
  readonly overrideMaybeSigned?: boolean;
}

export interface TextFormProps<F> {
  readonly vault: VaultView;
  readonly form: F;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly onChange: (form: F) => void;
  /** A Bitcoin account was chosen instead. */
  readonly onCoins: (account: BitcoinAccountRef) => void;
  readonly onSubmit: () => void;
}

export function TextFormFields<F extends TextForm>(
  props: TextFormProps<F> & {
    readonly label: string;
    readonly hint: string;
    readonly placeholder: string;
    readonly mono: boolean;
    /** Fields below the text. */
    readonly children: ReactNode;
  },
) {
  const { form, errors } = props;
  const set = (part: Partial<TextForm>): void => {
    props.onChange({ ...form, ...part });
  };
  return (
    <ProposalForm
      form={form}
      errors={errors}
      failed={props.failed}
      pending={props.pending}
      set={set}
      onSubmit={props.onSubmit}
    >
      <AccountField
        vault={props.vault}
        value={form.account}
        errors={errors}
        onChange={(account) => {
          set({ account });
        }}
        onCoins={props.onCoins}
      />
      <Field name="text" label={props.label} hint={props.hint} errors={errors}>
        {(control) => (
          <textarea
            {...control}
            className={props.mono ? 'input mono paste' : 'input paste'}
            value={form.text}
            rows={7}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={props.placeholder}
            onChange={(event) => {
              set({ text: event.target.value });
            }}
          />
        )}
      </Field>
      {props.children}
    </ProposalForm>
  );
}
