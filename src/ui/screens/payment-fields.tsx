import type {
  BitcoinAccountRef,
  FieldError,
  NetworkSetting,
  PaymentForm,
  VaultView,
} from '../../wallet/index.ts';
import { Notice } from '../parts/notice.tsx';
import { hrefOf } from '../router.ts';
import { useOpen } from '../wallet-context.tsx';
import { AmountField, AssetField } from './asset-fields.tsx';
import { FeeFields } from './fee-fields.tsx';
import { AccountField, NetworkField } from './form-fields.tsx';
import { ProposalForm } from './proposal-form.tsx';
import { ToField } from './to-field.tsx';

export function emptyPayment(vault: VaultView, networks: readonly NetworkSetting[]): PaymentForm {
  const asked = networks.find(({ rpcUrl }) => rpcUrl !== undefined) ?? networks[0];
  return {
    account: vault.accounts[0]?.index ?? 0,
    chainId: asked?.chainId ?? 1n,
    to: '',
    amount: '',
    asset: 'native',
    maxFee: '',
    priorityFee: '',
    gasLimit: '',
    nonce: '',
    note: '',
    expiresInHours: 24,
  };
}

interface Props {
  readonly vault: VaultView;
  readonly form: PaymentForm;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly onChange: (form: PaymentForm) => void;
  /** A Bitcoin account was chosen instead. */
  readonly onCoins: (account: BitcoinAccountRef) => void;
  readonly onSubmit: () => void;
}

export function PaymentFields(props: Props) {
  const { vault, form, errors } = props;
  const { settings } = useOpen();
  const set = (part: Partial<PaymentForm>): void => {
    props.onChange({ ...form, ...part });
  };
  const network = settings.networks.find(({ chainId }) => chainId === form.chainId);
  if (network === undefined && settings.networks.length === 0) {
    return (
      <Notice tone="info" title="No network is set up on this device">
        <p>
          To propose a payment, name its network first.{' '}
          <a href={hrefOf({ screen: 'settings' })}>Add a network in Settings</a>. You can also paste
          a finished transaction.
        </p>
        {vault.bitcoinAccounts.length === 0 ? null : (
          <AccountField
            vault={vault}
            value={form.account}
            errors={errors}
            onChange={(account) => {
              set({ account });
            }}
            onCoins={props.onCoins}
          />
        )}
      </Notice>
    );
  }
  const balance = vault.accounts
    .find(({ index }) => index === form.account)
    ?.balances.find((each) => each.chainId === form.chainId && sameAsset(each.asset, form.asset));
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
        vault={vault}
        value={form.account}
        errors={errors}
        onChange={(account) => {
          set({ account });
        }}
        onCoins={props.onCoins}
      />
      <NetworkField
        networks={settings.networks}
        value={form.chainId}
        errors={errors}
        onChange={(chainId) => {
          if (chainId !== undefined) set({ chainId, asset: 'native' });
        }}
      />
      <ToField vault={vault} form={form} errors={errors} set={set} />
      <AssetField form={form} network={network} errors={errors} set={set} />
      <AmountField form={form} network={network} balance={balance} errors={errors} set={set} />
      <FeeFields
        vault={vault.id}
        form={form}
        errors={errors}
        asks={network?.rpcUrl !== undefined}
        set={set}
      />
    </ProposalForm>
  );
}

function sameAsset(a: PaymentForm['asset'], b: PaymentForm['asset']): boolean {
  if (a === 'native' || b === 'native') return a === b;
  return a.token.toLowerCase() === b.token.toLowerCase();
}
