import type { BitcoinAccountRef, PsbtForm } from '../../wallet/index.ts';
import { PsbtInput } from '../psbt/psbt-input.tsx';
import { ProposalForm } from '../screens/proposal-form.tsx';
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
    <ProposalForm
      form={form}
      errors={errors}
      failed={props.failed}
      pending={props.pending}
      set={set}
      onSubmit={props.onSubmit}
    >
      {props.from}
      <PsbtInput
        psbt={form.psbt}
        error={errors.find(({ field }) => field === 'psbt')?.message}
        onPsbt={(psbt) => {
          set({ psbt });
        }}
      />
    </ProposalForm>
  );
}
