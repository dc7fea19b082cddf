import { BookUser, Camera } from 'lucide-react';
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
import { Address } from '../parts/address.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Scanner } from '../parts/scanner.tsx';
import { hrefOf } from '../router.ts';
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
  const [scanning, setScanning] = useState(false);
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
  const name = known.find(({ address }) => address === form.to)?.name;
  const book = hrefOf({ screen: 'contacts', vault: vault.id });
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
      {looksLikeBitcoin(form.to) ? (
        <div>
          <Address value={form.to} />
          <span className="small soft">{name ?? 'not in the address book'}</span>
        </div>
      ) : null}
      {label === undefined || label === '' ? null : (
        <p className="small soft">The link says: {label}. Anybody can write that.</p>
      )}
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
                  typed(contact.address);
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
            const read = wallet.readBitcoinLink(network, text);
            if (read.ok) fill(read.value);
            else if (looksLikeBitcoin(text.trim())) typed(text.trim());
            else return read.errors[0]?.message ?? 'This code holds no address.';
            setScanning(false);
            return undefined;
          }}
        />
      ) : null}
    </div>
  );
}
