import { Pencil, Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { AccountView, VaultView } from '../../wallet/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** Opens a form for one more account of the vault. */
export function AddAccount(props: { readonly vault: VaultView }) {
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button button-small"
        onClick={() => {
          setOpen(true);
        }}
      >
        <Plus className="icon" aria-hidden />
        Add an account
      </button>
      {open ? (
        <NameDialog
          title="Add an account"
          description="Another address of the same key. All devices of the vault derive it by themselves."
          label="Name of the account"
          initial=""
          submit="Add"
          onSubmit={async (name) => wallet.addAccount(props.vault.id, name)}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

export function RenameAccount(props: { readonly vault: string; readonly account: AccountView }) {
  const { vault, account } = props;
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          setOpen(true);
        }}
      >
        <Pencil className="icon" aria-hidden />
        Rename
      </button>
      {open ? (
        <NameDialog
          title={`Rename “${account.name}”`}
          description="The address stays the same."
          label="Name of the account"
          initial={account.name}
          submit="Rename"
          onSubmit={async (name) => wallet.nameAccount(vault, account.index, name)}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

function NameDialog(props: {
  readonly title: string;
  readonly description: string;
  readonly label: string;
  readonly initial: string;
  readonly submit: string;
  readonly onSubmit: (name: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const action = useAction();
  const [name, setName] = useState(props.initial);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() === '' || action.pending) return;
    void action
      .run(async () => props.onSubmit(name.trim()))
      .then((done) => {
        if (done) props.onClose();
      });
  };
  return (
    <Dialog open title={props.title} description={props.description} onClose={props.onClose}>
      <form className="stack" onSubmit={submit}>
        <Field name="account-name" label={props.label}>
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
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={name.trim() === '' || action.pending}
        >
          {action.pending ? 'Storing…' : props.submit}
        </button>
      </form>
    </Dialog>
  );
}
