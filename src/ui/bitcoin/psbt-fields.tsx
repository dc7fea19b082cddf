import type { BitcoinAccountRef, PsbtForm } from '../../wallet/index.ts';
import { ErrorSummary } from '../parts/field.tsx';
import { PsbtInput } from '../psbt/psbt-input.tsx';
import { Continue, ExpiryField, NoteField, OverrideField } from '../screens/form-fields.tsx';
import type { CoinFormProps } from './form.ts';

export const emptyPsbt = (account: BitcoinAccountRef): PsbtForm => ({
  account: { network: account.network, kind: account.kind, index: account.index },
  psbt: '',
  note: '',
  expiresInHours: 24,
});

/** A transaction that another wallet made and this vault is asked to sign. */
export function PsbtFields(props: CoinFormProps<PsbtForm>) {
  const { form, errors } = props;
  const set = (part: Partial<PsbtForm>): void => {
    props.onChange({ ...form, ...part });
  };
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
      {props.from}
      <PsbtInput
        psbt={form.psbt}
        error={errors.find(({ field }) => field === 'psbt')?.message}
        onPsbt={(psbt) => {
          set({ psbt });
        }}
      />
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
