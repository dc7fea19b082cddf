import {
  toDecimal,
  type FieldError,
  type NetworkSetting,
  type PaymentForm,
  type PaymentLink,
  type VaultView,
} from '../../wallet/index.ts';
import { looksLikeEvm } from '../address-text.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';
import { AddressField } from './address-field.tsx';

/** Whom to pay: typed, pasted, scanned or chosen. A payment link fills other fields, too. */
export function ToField(props: {
  readonly vault: VaultView;
  readonly form: PaymentForm;
  readonly errors: readonly FieldError[];
  readonly set: (part: Partial<PaymentForm>) => void;
}) {
  const { vault, form, errors, set } = props;
  const wallet = useWallet();
  const { settings } = useOpen();
  const known = [
    ...vault.contacts.filter(({ address }) => looksLikeEvm(address)),
    ...vault.accounts
      .filter(({ index }) => index !== form.account)
      .map(({ address, name }) => ({ address, name: `${name} (own account)` })),
  ];
  const fill = (link: PaymentLink): void => {
    set(fieldsOf(link, form, settings.networks));
  };
  const typed = (to: string): void => {
    const read = to.startsWith('ethereum:') ? wallet.readPaymentLink(to) : undefined;
    if (read?.ok === true) fill(read.value);
    else set({ to });
  };
  return (
    <AddressField
      vault={vault.id}
      value={form.to}
      errors={errors}
      known={known}
      isAddress={looksLikeEvm}
      isSame={(one, other) => one.toLowerCase() === other.toLowerCase()}
      onText={typed}
      onCode={(text) => {
        const read = wallet.readPaymentLink(text);
        if (read.ok) fill(read.value);
        else if (looksLikeEvm(text.trim())) set({ to: text.trim() });
        else return read.errors[0]?.message ?? 'This code holds no address.';
        return undefined;
      }}
    />
  );
}

/** What a payment link fills in. It never overwrites with nothing. */
function fieldsOf(
  link: PaymentLink,
  form: PaymentForm,
  networks: readonly NetworkSetting[],
): Partial<PaymentForm> {
  const chainId = link.chainId ?? form.chainId;
  const network = networks.find((each) => each.chainId === chainId);
  const { asset } = link;
  const decimals =
    asset === 'native'
      ? 18
      : network?.tokens.find(({ address }) => address === asset.token)?.decimals;
  const amount =
    link.value === undefined || decimals === undefined
      ? form.amount
      : toDecimal(link.value, decimals);
  return { chainId, to: link.to, asset, amount };
}
