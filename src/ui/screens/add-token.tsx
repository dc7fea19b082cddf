import { Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { NetworkSetting, TokenSetting } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';

/** Adds a token of a network by its contract address. */
export function AddToken(props: {
  readonly network: NetworkSetting;
  readonly onAdded: (address: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
  };
  return (
    <span>
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          setOpen(true);
        }}
      >
        <Plus className="icon" aria-hidden />
        Add a token
      </button>
      {open ? (
        <TokenDialog
          network={props.network}
          onClose={close}
          onAdded={(address) => {
            close();
            props.onAdded(address);
          }}
        />
      ) : null}
    </span>
  );
}

function TokenDialog(props: {
  readonly network: NetworkSetting;
  readonly onClose: () => void;
  readonly onAdded: (address: string) => void;
}) {
  const { network } = props;
  const wallet = useWallet();
  const { settings } = useOpen();
  const action = useAction();
  const [address, setAddress] = useState('');
  const [token, setToken] = useState<TokenSetting>();
  const lookUp = async (): Promise<void> => {
    setToken(await wallet.lookUpToken(network.chainId, address.trim()));
  };
  const add = async (found: TokenSetting): Promise<void> => {
    const tokens = [...network.tokens.filter((each) => each.address !== found.address), found];
    await wallet.saveSettings({
      ...settings,
      networks: settings.networks.map((each) =>
        each.chainId === network.chainId ? { ...each, tokens } : each,
      ),
    });
    props.onAdded(found.address);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    // The dialog stands inside the payment form, as React sees it.
    event.stopPropagation();
    if (action.pending) return;
    void action.run(async () => (token === undefined ? lookUp() : add(token)));
  };
  return (
    <Dialog
      open
      title={`Add a token on ${network.name}`}
      description="Take the contract’s address from a source you trust. Anybody can make a token with any name."
      onClose={props.onClose}
    >
      <form className="stack" onSubmit={submit}>
        <Field name="token-address" label="Contract address">
          {(control) => (
            <input
              {...control}
              className="input mono"
              value={address}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => {
                setAddress(event.target.value);
                setToken(undefined);
                action.clear();
              }}
            />
          )}
        </Field>
        {token === undefined ? null : (
          <Notice tone="info" title={`The node calls it ${token.symbol}`} role="status">
            <p>It counts in steps of 10 to the power of −{token.decimals}, as the node says.</p>
            <Address value={token.address} />
          </Notice>
        )}
        <ActionError error={action.error} />
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={address.trim() === '' || action.pending}
        >
          {token === undefined
            ? action.pending
              ? 'Asking the node…'
              : 'Look it up'
            : `Add ${token.symbol}`}
        </button>
      </form>
    </Dialog>
  );
}
