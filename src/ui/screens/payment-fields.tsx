import { BookUser, Camera } from 'lucide-react';
import { useState } from 'react';
import {
  toDecimal,
  type BalanceView,
  type FieldError,
  type NetworkSetting,
  type PaymentForm,
  type PaymentLink,
  type VaultView,
} from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Notice } from '../parts/notice.tsx';
import { Scanner } from '../parts/scanner.tsx';
import { hrefOf } from '../router.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';
import { AddToken } from './add-token.tsx';
import { FeeFields } from './fee-fields.tsx';
import {
  AccountField,
  Continue,
  ExpiryField,
  NetworkField,
  NoteField,
  OverrideField,
} from './form-fields.tsx';
import { Balance } from './home.tsx';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

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
      </Notice>
    );
  }
  const balance = vault.accounts
    .find(({ index }) => index === form.account)
    ?.balances.find((each) => each.chainId === form.chainId && sameAsset(each.asset, form.asset));
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
      <AccountField
        vault={vault}
        value={form.account}
        errors={errors}
        onChange={(account) => {
          set({ account });
        }}
      />
      <NetworkField
        networks={settings.networks}
        value={form.chainId}
        errors={errors}
        onChange={(chainId) => {
          if (chainId !== undefined) set({ chainId, asset: 'native' });
        }}
      />
      <ToField {...props} set={set} />
      <AssetField form={form} network={network} errors={errors} set={set} />
      <AmountField form={form} network={network} balance={balance} errors={errors} set={set} />
      <FeeFields
        vault={vault.id}
        form={form}
        errors={errors}
        asks={network?.rpcUrl !== undefined}
        set={set}
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

type Set = (part: Partial<PaymentForm>) => void;

function ToField(props: Props & { readonly set: Set }) {
  const { vault, form, errors, set } = props;
  const wallet = useWallet();
  const { settings } = useOpen();
  const [scanning, setScanning] = useState(false);
  const known = [
    ...vault.contacts,
    ...vault.accounts
      .filter(({ index }) => index !== form.account)
      .map(({ address, name }) => ({ address, name: `${name} (own account)` })),
  ];
  const name = known.find(({ address }) => address.toLowerCase() === form.to.toLowerCase())?.name;
  const fill = (link: PaymentLink): void => {
    set(fieldsOf(link, form, settings.networks));
  };
  const typed = (to: string): void => {
    const read = to.startsWith('ethereum:') ? wallet.readPaymentLink(to) : undefined;
    if (read?.ok === true) fill(read.value);
    else set({ to });
  };
  return (
    <div className="stack-tight">
      <Field name="to" label="To" hint="An address, or a payment link." errors={errors}>
        {(control) => (
          <div className="input-with-button">
            <input
              {...control}
              className="input mono"
              value={form.to}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => {
                typed(event.target.value.trim());
              }}
            />
            <button
              type="button"
              className="button button-small"
              aria-label="Scan the address with the camera"
              onClick={() => {
                setScanning(true);
              }}
            >
              <Camera className="icon" aria-hidden />
            </button>
          </div>
        )}
      </Field>
      {ADDRESS.test(form.to) ? (
        <div>
          <Address value={form.to} />
          <span className="small soft">{name ?? 'not in the address book'}</span>
        </div>
      ) : null}
      {known.length === 0 ? null : (
        <span>
          <Menu
            label="Choose a known address"
            triggerClass="button button-small"
            trigger={
              <>
                <BookUser className="icon" aria-hidden />
                Known addresses
              </>
            }
            entries={known.map((contact) => ({
              id: contact.address,
              label: contact.name,
              onSelect: () => {
                set({ to: contact.address });
              },
            }))}
          />
        </span>
      )}
      {scanning ? (
        <Scanner
          title="Scan an address"
          description="Point the camera at a QR code with an address or a payment link."
          onClose={() => {
            setScanning(false);
          }}
          onCode={async (text) => {
            const read = wallet.readPaymentLink(text);
            if (read.ok) fill(read.value);
            else if (ADDRESS.test(text.trim())) set({ to: text.trim() });
            else return read.errors[0]?.message ?? 'This code holds no address.';
            setScanning(false);
            return undefined;
          }}
        />
      ) : null}
    </div>
  );
}

function AssetField(props: {
  readonly form: PaymentForm;
  readonly network: NetworkSetting | undefined;
  readonly errors: readonly FieldError[];
  readonly set: Set;
}) {
  const { form, network, set } = props;
  return (
    <div className="stack-tight">
      <Field name="asset" label="Asset" errors={props.errors}>
        {(control) => (
          <select
            {...control}
            value={form.asset === 'native' ? '' : form.asset.token}
            onChange={(event) => {
              const { value } = event.target;
              set({ asset: value === '' ? 'native' : { token: value } });
            }}
          >
            <option value="">{network?.nativeSymbol ?? 'Native coin'}</option>
            {network?.tokens.map(({ address, symbol }) => (
              <option value={address} key={address}>
                {symbol} (token)
              </option>
            ))}
          </select>
        )}
      </Field>
      {form.asset === 'native' ? null : (
        <div>
          <span className="small soft">Token contract</span>
          <Address value={form.asset.token} />
        </div>
      )}
      {network === undefined ? null : (
        <AddToken
          network={network}
          onAdded={(token) => {
            set({ asset: { token } });
          }}
        />
      )}
    </div>
  );
}

function AmountField(props: {
  readonly form: PaymentForm;
  readonly network: NetworkSetting | undefined;
  readonly balance: BalanceView | undefined;
  readonly errors: readonly FieldError[];
  readonly set: Set;
}) {
  const { form, network, balance } = props;
  const { asset } = form;
  const symbol =
    asset === 'native'
      ? network?.nativeSymbol
      : network?.tokens.find(({ address }) => address === asset.token)?.symbol;
  return (
    <Field
      name="amount"
      label="Amount"
      errors={props.errors}
      hint={
        balance === undefined ? undefined : (
          <>
            There: <Balance balance={balance} />
          </>
        )
      }
    >
      {(control) => (
        <div className="input-unit">
          <input
            {...control}
            className="input figures"
            value={form.amount}
            inputMode="decimal"
            autoComplete="off"
            onChange={(event) => {
              props.set({ amount: event.target.value });
            }}
          />
          <span className="strong">{symbol}</span>
        </div>
      )}
    </Field>
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

function sameAsset(a: PaymentForm['asset'], b: PaymentForm['asset']): boolean {
  if (a === 'native' || b === 'native') return a === b;
  return a.token.toLowerCase() === b.token.toLowerCase();
}
