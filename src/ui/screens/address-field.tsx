import { BookUser, Camera } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { FieldError } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Scanner } from '../parts/scanner.tsx';
import { hrefOf } from '../router.ts';

/** Whom to pay, on any chain: typed, pasted, scanned or chosen. */
export function AddressField(props: {
  readonly vault: string;
  readonly value: string;
  readonly errors: readonly FieldError[];
  /** Addresses with a name that can be paid from here. */
  readonly known: readonly { readonly address: string; readonly name: string }[];
  readonly isAddress: (text: string) => boolean;
  readonly isSame: (a: string, b: string) => boolean;
  /** An address, or a payment link. */
  readonly onText: (text: string) => void;
  /** Takes what the camera read; gives what is wrong with it. */
  readonly onCode: (text: string) => string | undefined;
  /** Below the address. */
  readonly children?: ReactNode;
}) {
  const { value, known, isAddress, onText } = props;
  const [scanning, setScanning] = useState(false);
  const name = known.find(({ address }) => props.isSame(address, value))?.name;
  const book = hrefOf({ screen: 'contacts', vault: props.vault });
  return (
    <div className="stack-tight">
      <Field name="to" label="To" hint="An address, or a payment link." errors={props.errors}>
        {(control) => (
          <div className="input-with-button">
            <input
              {...control}
              className="input mono"
              value={value}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => {
                onText(event.target.value.trim());
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
      {isAddress(value) ? (
        <div>
          <Address value={value} />
          <span className="small soft">{name ?? 'not in the address book'}</span>
        </div>
      ) : null}
      {props.children}
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
                  onText(contact.address);
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
            const problem = props.onCode(text);
            if (problem === undefined) setScanning(false);
            return problem;
          }}
        />
      ) : null}
    </div>
  );
}
