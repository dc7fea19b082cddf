import { useState, type SubmitEvent } from 'react';
import type { Contact, FieldError, VaultView } from '../../wallet/index.ts';
import { looksLikeBitcoin, looksLikeEvm } from '../address-text.ts';
import { Address } from '../parts/address.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** The form of one contact: a new one, or another name for a known address. */
export function ContactDialog(props: {
  readonly vault: VaultView;
  readonly contact: Contact | undefined;
  readonly onClose: () => void;
}) {
  const { vault, contact } = props;
  const wallet = useWallet();
  const action = useAction();
  const [address, setAddress] = useState(contact?.address ?? '');
  const [name, setName] = useState(contact?.name ?? '');
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const store = async (): Promise<void> => {
    const checked = wallet.checkContact(vault, { address, name, renames: contact?.address });
    setErrors(checked.ok ? [] : checked.errors);
    if (!checked.ok) return;
    const { value } = checked;
    if (await action.run(async () => wallet.nameContact(vault.id, value.address, value.name))) {
      props.onClose();
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!action.pending) void store();
  };
  return (
    <Dialog
      open
      title={contact === undefined ? 'Add an address' : `Rename “${contact.name}”`}
      description={
        contact === undefined
          ? 'Get the address from its owner over a channel that you trust, not from an earlier payment.'
          : undefined
      }
      onClose={props.onClose}
    >
      <form className="stack" noValidate onSubmit={submit}>
        <ErrorSummary errors={errors} />
        {contact === undefined ? (
          <Field
            name="address"
            label="Address"
            hint="Of Ethereum and compatible networks, or of Bitcoin."
            errors={errors}
          >
            {(control) => (
              <input
                {...control}
                className="input mono"
                value={address}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                onChange={(event) => {
                  setAddress(event.target.value.trim());
                }}
              />
            )}
          </Field>
        ) : null}
        {looksLikeEvm(address) || looksLikeBitcoin(address) ? <Address value={address} /> : null}
        <Field name="name" label="Name" hint="All devices of this vault see it." errors={errors}>
          {(control) => (
            <input
              {...control}
              value={name}
              maxLength={40}
              autoComplete="off"
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          )}
        </Field>
        <ActionError error={action.error} />
        <button type="submit" className="button button-go button-wide" disabled={action.pending}>
          {action.pending ? 'Storing…' : contact === undefined ? 'Add' : 'Rename'}
        </button>
      </form>
    </Dialog>
  );
}
