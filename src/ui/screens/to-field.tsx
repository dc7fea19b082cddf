import { BookUser, Camera } from 'lucide-react';
import { useState } from 'react';
import {
  toDecimal,
  type FieldError,
  type NetworkSetting,
  type PaymentForm,
  type PaymentLink,
  type VaultView,
} from '../../wallet/index.ts';
import { looksLikeEvm } from '../address-text.ts';
import { Address } from '../parts/address.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Scanner } from '../parts/scanner.tsx';
import { hrefOf } from '../router.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';

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
  const [scanning, setScanning] = useState(false);
  const known = [
    ...vault.contacts.filter(({ address }) => looksLikeEvm(address)),
    ...vault.accounts
      .filter(({ index }) => index !== form.account)
      .map(({ address, name }) => ({ address, name: `${name} (own account)` })),
  ];
  const name = known.find(({ address }) => address.toLowerCase() === form.to.toLowerCase())?.name;
  const book = hrefOf({ screen: 'contacts', vault: vault.id });
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
      {looksLikeEvm(form.to) ? (
        <div>
          <Address value={form.to} />
          <span className="small soft">{name ?? 'not in the address book'}</span>
        </div>
      ) : null}
      {known.length === 0 ? (
        <a className="small" href={book}>
          Address book
        </a>
      ) : (
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
            entries={[
              ...known.map((contact) => ({
                id: contact.address,
                label: contact.name,
                onSelect: () => {
                  set({ to: contact.address });
                },
              })),
              { id: 'book', label: 'Open the address book', href: book },
            ]}
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
            else if (looksLikeEvm(text.trim())) set({ to: text.trim() });
            else return read.errors[0]?.message ?? 'This code holds no address.';
            setScanning(false);
            return undefined;
          }}
        />
      ) : null}
    </div>
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
