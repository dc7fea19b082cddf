import { useState, type SubmitEvent } from 'react';
import type { BitcoinNetwork, FieldError, Settings } from '../../wallet/index.ts';
import { NETWORKS } from '../bitcoin/names.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { Section } from '../parts/page.tsx';
import { useOpen, useWallet } from '../wallet-context.tsx';
import type { Save } from './save.ts';

interface Props {
  readonly settings: Settings;
  readonly save: Save;
  /** Why the last storing failed. */
  readonly error: string | undefined;
}

/** Who is asked about coins, for each network of Bitcoin. */
export function BitcoinServers({ settings, save, error }: Props) {
  const [editing, setEditing] = useState<BitcoinNetwork>();
  return (
    <Section title="Bitcoin servers">
      <p className="small soft">
        A server tells which coins there are and sends transactions. It sees the addresses of your
        accounts; it can hide coins, but it cannot lie about what they are worth.
      </p>
      <div className="card">
        <ul className="lines">
          {NETWORKS.map(([network, label]) => {
            const server = settings.bitcoin.find((each) => each.network === network);
            return (
              <li className="row-between" key={network}>
                <span className="stack-tight entry">
                  <span className="strong">{label}</span>
                  <span className="small soft">
                    {server === undefined ? 'no server: nothing is asked or sent' : server.url}
                  </span>
                  {server === undefined ? null : <Standing network={network} />}
                </span>
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={`Change the server of ${label}`}
                  onClick={() => {
                    setEditing(network);
                  }}
                >
                  Change
                </button>
              </li>
            );
          })}
        </ul>
      </div>
      {editing === undefined ? null : (
        <ServerDialog
          settings={settings}
          save={save}
          error={error}
          network={editing}
          onClose={() => {
            setEditing(undefined);
          }}
        />
      )}
    </Section>
  );
}

/** Whether the server answers. It is asked only where a vault has an account on the network. */
function Standing(props: { readonly network: BitcoinNetwork }) {
  const { vaults } = useOpen();
  const nodes = vaults.flatMap(({ bitcoinServers }) => bitcoinServers.get(props.network) ?? []);
  const node = nodes.find(({ state }) => state !== 'unset');
  if (node === undefined) return <span className="small soft">not asked yet</span>;
  switch (node.state) {
    case 'failing':
      return (
        <span className="small">
          {node.problem.title}. {node.problem.next}
        </span>
      );
    case 'up':
      return (
        <span className="small row">
          <span className="dot dot-on" aria-hidden />
          answers, at block {String(node.block)}
        </span>
      );
    default:
      return <span className="small soft">asking…</span>;
  }
}

function ServerDialog(
  props: Props & { readonly network: BitcoinNetwork; readonly onClose: () => void },
) {
  const { settings, save, network, onClose } = props;
  const wallet = useWallet();
  const known = settings.bitcoin.find((each) => each.network === network);
  const [form, setForm] = useState({
    kind: known?.kind ?? 'esplora',
    url: known?.url ?? '',
    user: known?.user ?? '',
    password: known?.password ?? '',
  });
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const label = NETWORKS.find(([each]) => each === network)?.[1] ?? network;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const checked = wallet.checkBitcoinServer({ network, ...form });
    if (!checked.ok) {
      setErrors(checked.errors);
      return;
    }
    const others = settings.bitcoin.filter((each) => each.network !== network);
    const bitcoin = checked.value === undefined ? others : [...others, checked.value];
    void save({ ...settings, bitcoin }).then((stored) => {
      if (stored) onClose();
    });
  };
  const text = (name: 'url' | 'user' | 'password', caption: string, hint: string) => (
    <Field name={name} label={caption} hint={hint} errors={errors}>
      {(control) => (
        <input
          {...control}
          type={name === 'password' ? 'password' : 'text'}
          inputMode={name === 'url' ? 'url' : undefined}
          placeholder={name === 'url' ? 'https://…' : undefined}
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
    <Dialog open title={`Server of ${label}`} onClose={onClose}>
      <form className="stack" noValidate onSubmit={submit}>
        <ErrorSummary errors={errors} />
        <ActionError error={props.error} />
        <Field name="server-kind" label="Interface">
          {(control) => (
            <select
              {...control}
              value={form.kind}
              onChange={(event) => {
                setForm({ ...form, kind: event.target.value === 'core' ? 'core' : 'esplora' });
              }}
            >
              <option value="esplora">Esplora (HTTP)</option>
              <option value="core">Bitcoin Core (JSON-RPC)</option>
            </select>
          )}
        </Field>
        {text(
          'url',
          'Address of the server',
          form.kind === 'core'
            ? 'Empty: none. Bitcoin Core needs a proxy in front of it that lets this page ask (CORS).'
            : 'Empty: none. Where its interface begins, often with /api at the end.',
        )}
        {form.kind === 'core' ? (
          <div className="field-pair">
            {text('user', 'User', 'As its configuration says.')}
            {text('password', 'Password', 'Stays on this device, sealed.')}
          </div>
        ) : null}
        <button type="submit" className="button button-go button-wide">
          Save
        </button>
      </form>
    </Dialog>
  );
}
