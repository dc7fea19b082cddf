import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import type {
  BitcoinAccountRef,
  BitcoinAccountView,
  BitcoinPaymentForm,
  Checked,
  Draft,
  FieldError,
  PsbtForm,
  VaultView,
} from '../../wallet/index.ts';
import { AccountField } from '../screens/form-fields.tsx';
import { useWallet } from '../wallet-context.tsx';
import { CoinPaymentFields, emptyCoinPayment } from './coin-payment-fields.tsx';
import { emptyPsbt, PsbtFields } from './psbt-fields.tsx';

/** What was typed for a Bitcoin account. It outlives the review, from which a person may come back. */
export interface CoinForms {
  readonly tab: 'form' | 'psbt';
  readonly payment: BitcoinPaymentForm;
  readonly psbt: PsbtForm;
}

export const emptyCoinForms = (account: BitcoinAccountRef): CoinForms => ({
  tab: 'form',
  payment: emptyCoinPayment(account),
  psbt: emptyPsbt(account),
});

/** What can be proposed from a Bitcoin account. */
export function ProposeCoins(props: {
  readonly vault: VaultView;
  readonly account: BitcoinAccountView;
  readonly forms: CoinForms;
  readonly onForms: (forms: CoinForms) => void;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly onAccount: (account: number | BitcoinAccountRef) => void;
  readonly onTab: () => void;
  readonly check: (ask: () => Promise<Checked<Draft>>) => void;
}) {
  const { vault, account, forms, onForms, errors, failed, pending, check } = props;
  const { payment, psbt } = forms;
  const wallet = useWallet();
  const from: ReactNode = (
    <AccountField
      vault={vault}
      value={account}
      errors={errors}
      onChange={props.onAccount}
      onCoins={props.onAccount}
    />
  );
  const common = { vault, account, errors, failed, pending, from };
  return (
    <Tabs.Root
      value={forms.tab}
      className="stack"
      onValueChange={(tab) => {
        props.onTab();
        onForms({ ...forms, tab: tab === 'psbt' ? 'psbt' : 'form' });
      }}
    >
      <Tabs.List className="segments" aria-label="How to describe it">
        <Tabs.Tab className="segment" value="form">
          Payment
        </Tabs.Tab>
        <Tabs.Tab className="segment" value="psbt">
          PSBT
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="form">
        <CoinPaymentFields
          {...common}
          form={payment}
          onChange={(next) => {
            onForms({ ...forms, payment: next });
          }}
          onSubmit={() => {
            check(async () => wallet.draftBitcoinPayment(vault.id, payment));
          }}
        />
      </Tabs.Panel>
      <Tabs.Panel value="psbt">
        <PsbtFields
          {...common}
          form={psbt}
          onChange={(next) => {
            onForms({ ...forms, psbt: next });
          }}
          onSubmit={() => {
            check(async () => wallet.draftPsbt(vault.id, psbt));
          }}
        />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
