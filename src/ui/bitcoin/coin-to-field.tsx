import { useState } from 'react';
import {
  BTC_DECIMALS,
  toDecimal,
  type BitcoinLink,
  type BitcoinPaymentForm,
  type FieldError,
  type VaultView,
} from '../../wallet/index.ts';
import { looksLikeBitcoin } from '../address-text.ts';
import { AddressField } from '../screens/address-field.tsx';
import { useWallet } from '../wallet-context.tsx';
import { sameAccount } from './names.ts';

const LINK = /^bitcoin:/i;

/** Whom to pay in bitcoin: typed, pasted, scanned or chosen. A payment link fills the amount, too. */
export function CoinToField(props: {
  readonly vault: VaultView;
  readonly form: BitcoinPaymentForm;
  readonly errors: readonly FieldError[];
  readonly set: (part: Partial<BitcoinPaymentForm>) => void;
}) {
  const { vault, form, errors, set } = props;
  const { network } = form.account;
  const wallet = useWallet();
  const [label, setLabel] = useState<string>();
  const known = [
    ...vault.contacts.filter(({ address }) => looksLikeBitcoin(address, network)),
    ...vault.bitcoinAccounts.flatMap((account) =>
      account.network !== network ||
      account.keys === undefined ||
      sameAccount(account, form.account)
        ? []
        : [{ address: account.keys.receive.address, name: `${account.name} (own account)` }],
    ),
  ];
  const fill = (link: BitcoinLink): void => {
    setLabel([link.label, link.message].filter((text) => text !== undefined).join(' · '));
    const amount =
      link.value === undefined ? {} : { amount: toDecimal(link.value, BTC_DECIMALS), all: false };
    set({ to: link.to, ...amount });
  };
  const typed = (to: string): void => {
    const read = LINK.test(to) ? wallet.readBitcoinLink(network, to) : undefined;
    setLabel(undefined);
    if (read?.ok === true) fill(read.value);
    else set({ to });
  };
  return (
    <AddressField
      vault={vault.id}
      value={form.to}
      errors={errors}
      known={known}
      isAddress={(text) => looksLikeBitcoin(text)}
      isSame={(one, other) => one === other}
      onText={typed}
      onCode={(text) => {
        const read = wallet.readBitcoinLink(network, text);
        if (read.ok) fill(read.value);
        else if (looksLikeBitcoin(text.trim())) typed(text.trim());
        else return read.errors[0]?.message ?? 'This code holds no address.';
        return undefined;
      }}
    >
      {label === undefined || label === '' ? null : (
        <p className="small soft">The link says: {label}. Anybody can write that.</p>
      )}
    </AddressField>
  );
}
