import { Tabs } from '@base-ui/react/tabs';
import { useState, type ReactNode } from 'react';
import type {
  BitcoinAccountRef,
  BitcoinAccountView,
  Checked,
  Draft,
  FieldError,
  VaultView,
} from '../../wallet/index.ts';
import { AccountField } from '../screens/form-fields.tsx';
import { useWallet } from '../wallet-context.tsx';
import { CoinPaymentFields, emptyCoinPayment } from './coin-payment-fields.tsx';
import { emptyPsbt, PsbtFields } from './psbt-fields.tsx';

/** What can be proposed from a Bitcoin account. The forms keep what was typed. */
export function ProposeCoins(props: {
  readonly vault: VaultView;
  readonly account: BitcoinAccountView;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly onAccount: (account: number | BitcoinAccountRef) => void;
  readonly onTab: () => void;
  readonly check: (ask: () => Promise<Checked<Draft>>) => void;
}) {
  const { vault, account, errors, failed, pending, check } = props;
  const wallet = useWallet();
  const [payment, setPayment] = useState(() => emptyCoinPayment(account));
  const [psbt, setPsbt] = useState(() => emptyPsbt(account));
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
    <Tabs.Root defaultValue="form" className="stack" onValueChange={props.onTab}>
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
          onChange={setPayment}
          onSubmit={() => {
            check(async () => wallet.draftBitcoinPayment(vault.id, payment));
          }}
        />
      </Tabs.Panel>
      <Tabs.Panel value="psbt">
        <PsbtFields
          {...common}
          form={psbt}
          onChange={setPsbt}
          onSubmit={() => {
            check(async () => wallet.draftPsbt(vault.id, psbt));
          }}
        />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
