import { Pencil, Plus } from 'lucide-react';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { BitcoinAccountKind, BitcoinNetwork, VaultView } from '../../wallet/index.ts';
import { NETWORKS } from '../bitcoin/names.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** Opens a form for one more account of the vault. */
export function AddAccount(props: { readonly vault: VaultView }) {
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
        <AddDialog
          vault={props.vault.id}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

export function RenameAccount(props: {
  readonly name: string;
  readonly rename: (name: string) => Promise<void>;
}) {
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
          title={`Rename “${props.name}”`}
          description="The addresses stay the same."
          label="Name of the account"
          initial={props.name}
          submit="Rename"
          onSubmit={props.rename}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

const KINDS: readonly (readonly [kind: BitcoinAccountKind, label: string])[] = [
  ['p2wpkh', 'Native SegWit: every wallet can pay to it. It uses the key that this vault has.'],
  [
    'p2tr',
    'Taproot: smaller fees, and nobody sees that several devices signed. The first one takes a second key, which all devices make once all are online.',
  ],
];

/** Which chain the account is for, and what it is called. */
function AddDialog(props: { readonly vault: string; readonly onClose: () => void }) {
  const wallet = useWallet();
  const [network, setNetwork] = useState<BitcoinNetwork>();
  const [kind, setKind] = useState<BitcoinAccountKind>('p2wpkh');
  return (
    <NameDialog
      title="Add an account"
      description="All devices of the vault derive it by themselves."
      label="Name of the account"
      initial=""
      submit="Add"
      onSubmit={async (name) =>
        network === undefined
          ? wallet.addAccount(props.vault, name)
          : wallet.addBitcoinAccount(props.vault, { network, kind, name })
      }
      onClose={props.onClose}
    >
      <Field name="account-chain" label="For">
        {(control) => (
          <select
            {...control}
            value={network ?? ''}
            onChange={(event) => {
              setNetwork(NETWORKS.find(([each]) => each === event.target.value)?.[0]);
            }}
          >
            <option value="">Ethereum and compatible networks</option>
            {NETWORKS.map(([each, label]) => (
              <option value={each} key={each}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {network === undefined ? null : (
        <fieldset className="stack-tight plain choices">
          <legend className="field-label">Kind of addresses</legend>
          {KINDS.map(([each, label]) => (
            <label className="row check-row" key={each}>
              <input
                type="radio"
                className="check"
                name="account-kind"
                checked={kind === each}
                onChange={() => {
                  setKind(each);
                }}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
      )}
    </NameDialog>
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
  /** Fields above the name. */
  readonly children?: ReactNode;
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
        {props.children}
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
