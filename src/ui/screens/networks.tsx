import { Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { FieldError, NetworkSetting, Settings } from '../../wallet/index.ts';
import { Confirm, Dialog } from '../parts/dialog.tsx';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Section } from '../parts/page.tsx';
import { useWallet } from '../wallet-context.tsx';
import type { Save } from './save.ts';

/** Names only. Which node to ask is for the person to say: it learns the addresses it is asked about. */
const PRESETS = [
  { name: 'Ethereum', chainId: '1', nativeSymbol: 'ETH' },
  { name: 'Base', chainId: '8453', nativeSymbol: 'ETH' },
  { name: 'Arbitrum One', chainId: '42161', nativeSymbol: 'ETH' },
  { name: 'OP Mainnet', chainId: '10', nativeSymbol: 'ETH' },
  { name: 'Polygon', chainId: '137', nativeSymbol: 'POL' },
  { name: 'Gnosis', chainId: '100', nativeSymbol: 'xDAI' },
  { name: 'Sepolia (test money)', chainId: '11155111', nativeSymbol: 'ETH' },
] as const;

interface Props {
  readonly settings: Settings;
  readonly save: Save;
  /** Why the last storing failed. */
  readonly error: string | undefined;
}

export function Networks({ settings, save, error }: Props) {
  const [editing, setEditing] = useState<NetworkSetting | 'new'>();
  return (
    <Section title="Networks">
      {settings.networks.length === 0 ? (
        <Notice tone="info" title="No network yet">
          <p>
            A network is where balances are read and payments are sent. Countersign brings no node
            of anybody: name one that you trust, or run your own.
          </p>
        </Notice>
      ) : (
        <div className="card">
          <ul className="lines">
            {settings.networks.map((network) => (
              <li className="row-between" key={String(network.chainId)}>
                <span className="stack-tight entry">
                  <span>
                    <span className="strong">{network.name}</span>{' '}
                    <span className="soft small figures">chain {String(network.chainId)}</span>
                  </span>
                  <span className="small soft">
                    {network.rpcUrl ?? 'no node: nothing is asked or sent'}
                  </span>
                </span>
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={`Change ${network.name}`}
                  onClick={() => {
                    setEditing(network);
                  }}
                >
                  Change
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <button
        type="button"
        className="button button-small"
        onClick={() => {
          setEditing('new');
        }}
      >
        <Plus className="icon" aria-hidden />
        Add a network
      </button>
      {editing === undefined ? null : (
        <NetworkDialog
          settings={settings}
          save={save}
          error={error}
          network={editing === 'new' ? undefined : editing}
          onClose={() => {
            setEditing(undefined);
          }}
        />
      )}
    </Section>
  );
}

function NetworkDialog(
  props: Props & { readonly network: NetworkSetting | undefined; readonly onClose: () => void },
) {
  const { settings, save, network, onClose } = props;
  const wallet = useWallet();
  const [form, setForm] = useState({
    name: network?.name ?? '',
    chainId: network === undefined ? '' : String(network.chainId),
    nativeSymbol: network?.nativeSymbol ?? '',
    rpcUrl: network?.rpcUrl ?? '',
  });
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [removing, setRemoving] = useState(false);
  const others = settings.networks.filter((each) => each.chainId !== network?.chainId);

  const store = async (networks: readonly NetworkSetting[]): Promise<void> => {
    if (await save({ ...settings, networks })) onClose();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const checked = wallet.checkNetwork(form);
    if (!checked.ok) {
      setErrors(checked.errors);
      return;
    }
    const { value } = checked;
    if (others.some(({ chainId }) => chainId === value.chainId)) {
      setErrors([
        { field: 'chainId', message: 'Another network here has this chain id. Change that one.' },
      ]);
      return;
    }
    void store([...others, { ...value, tokens: network?.tokens ?? [] }]);
  };
  const text = (
    name: keyof typeof form,
    label: string,
    hint: string,
    input: { readonly inputMode?: 'numeric' | 'url'; readonly placeholder?: string } = {},
  ) => (
    <Field name={name} label={label} hint={hint} errors={errors}>
      {(control) => (
        <input
          {...control}
          {...input}
          value={form[name]}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setForm({ ...form, [name]: event.target.value });
          }}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      open
      title={network === undefined ? 'Add a network' : `Change ${network.name}`}
      onClose={onClose}
    >
      <form className="stack" noValidate onSubmit={submit}>
        <ErrorSummary errors={errors} />
        <ActionError error={props.error} />
        {network === undefined ? (
          <label className="field">
            <span className="field-label">Fill in a known network</span>
            <select
              className="input"
              value={PRESETS.find(({ chainId }) => chainId === form.chainId)?.chainId ?? ''}
              onChange={(event) => {
                const preset = PRESETS.find(({ chainId }) => chainId === event.target.value);
                if (preset !== undefined) setForm({ ...form, ...preset });
              }}
            >
              <option value="">Another one</option>
              {PRESETS.map(({ chainId, name }) => (
                <option value={chainId} key={chainId}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {text('name', 'Name', 'As this device shows it.')}
        <div className="field-pair">
          {text('chainId', 'Chain id', 'A whole number; it is part of what is signed.', {
            inputMode: 'numeric',
          })}
          {text('nativeSymbol', 'Coin', 'What fees are paid in, such as ETH.')}
        </div>
        {text(
          'rpcUrl',
          'Address of the node (JSON-RPC)',
          'Empty: nothing is asked or sent on this network. The node learns which accounts you look at.',
          { inputMode: 'url', placeholder: 'https://…' },
        )}
        <div className="two-buttons">
          {network === undefined ? null : (
            <button
              type="button"
              className="button button-loss"
              onClick={() => {
                setRemoving(true);
              }}
            >
              Remove
            </button>
          )}
          <button type="submit" className="button button-go">
            Save
          </button>
        </div>
      </form>
      <Confirm
        open={removing}
        onClose={() => {
          setRemoving(false);
        }}
        title={`Remove ${network?.name ?? 'this network'}?`}
        description="This device stops showing balances on it. Nothing on the network itself changes, and you can add it again."
        confirm="Remove"
        tone="loss"
        onConfirm={() => {
          setRemoving(false);
          void store(others);
        }}
      />
    </Dialog>
  );
}
