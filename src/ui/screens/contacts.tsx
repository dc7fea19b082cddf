import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Contact, VaultView } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Page, Section } from '../parts/page.tsx';
import { hrefOf } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';
import { ContactDialog } from './contact-dialog.tsx';

/** The address book: names that the vault's members gave to addresses. */
export function Contacts(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const [editing, setEditing] = useState<Contact | 'new'>();
  const [removing, setRemoving] = useState<Contact>();
  const contacts = vault.contacts.toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <Page
      title="Address book"
      lead="All devices of this vault see these names and can change them. A name is what one of you typed, not a fact: compare the address with its owner."
      narrow
      back={{ href: hrefOf({ screen: 'home', vault: vault.id }), label: vault.name }}
    >
      {contacts.length === 0 ? (
        <div className="stack">
          <Notice tone="info" title="No address has a name yet">
            <p>
              Name the receivers you pay again and again. A payment then says their name, and an
              address that only looks like theirs stands out.
            </p>
          </Notice>
          <AddButton onClick={setEditing} />
        </div>
      ) : (
        <Section
          title={contacts.length === 1 ? 'One address' : `${String(contacts.length)} addresses`}
        >
          <div className="card">
            <ul className="lines">
              {contacts.map((contact) => (
                <li className="stack-tight" key={contact.address}>
                  <span className="strong">{contact.name}</span>
                  <Address value={contact.address} />
                  <Changes contact={contact} onRename={setEditing} onRemove={setRemoving} />
                </li>
              ))}
            </ul>
          </div>
          <AddButton onClick={setEditing} />
        </Section>
      )}
      {editing === undefined ? null : (
        <ContactDialog
          vault={vault}
          contact={editing === 'new' ? undefined : editing}
          onClose={() => {
            setEditing(undefined);
          }}
        />
      )}
      {removing === undefined ? null : (
        <Remove
          vault={vault.id}
          contact={removing}
          onClose={() => {
            setRemoving(undefined);
          }}
        />
      )}
    </Page>
  );
}

function AddButton(props: { readonly onClick: (what: 'new') => void }) {
  return (
    <button
      type="button"
      className="button button-small"
      onClick={() => {
        props.onClick('new');
      }}
    >
      <Plus className="icon" aria-hidden />
      Add an address
    </button>
  );
}

function Changes(props: {
  readonly contact: Contact;
  readonly onRename: (contact: Contact) => void;
  readonly onRemove: (contact: Contact) => void;
}) {
  const { contact } = props;
  return (
    <span className="row contact-changes">
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          props.onRename(contact);
        }}
      >
        <Pencil className="icon" aria-hidden />
        Rename<span className="hidden-visually"> {contact.name}</span>
      </button>
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          props.onRemove(contact);
        }}
      >
        <Trash2 className="icon" aria-hidden />
        Remove<span className="hidden-visually"> {contact.name}</span>
      </button>
    </span>
  );
}

function Remove(props: {
  readonly vault: string;
  readonly contact: Contact;
  readonly onClose: () => void;
}) {
  const { contact, onClose } = props;
  const wallet = useWallet();
  const action = useAction();
  const remove = async (): Promise<void> => {
    if (await action.run(async () => wallet.nameContact(props.vault, contact.address, ''))) {
      onClose();
    }
  };
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove “${contact.name}”?`}
      description="The address has no name any more, on all devices of this vault. Payments stay as they are."
      confirm="Remove"
      tone="loss"
      pending={action.pending}
      onConfirm={() => void remove()}
    >
      <Address value={contact.address} />
      <ActionError error={action.error} />
    </Confirm>
  );
}
