import { Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { FieldError, Settings } from '../../wallet/index.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { Section } from '../parts/page.tsx';
import { useWallet } from '../wallet-context.tsx';
import type { Save } from './save.ts';

interface Props {
  readonly settings: Settings;
  readonly save: Save;
  /** Why the last storing failed. */
  readonly error: string | undefined;
}

/** Servers that help two devices to connect directly. Without any, the relay carries everything. */
export function IceServers({ settings, save, error }: Props) {
  const [adding, setAdding] = useState(false);
  return (
    <Section title="Direct connections">
      <div className="card stack">
        {settings.iceServers.length === 0 ? (
          <p className="soft">
            No STUN or TURN server. Devices in one network connect directly, others through the
            relay: slower, but just as safe.
          </p>
        ) : (
          <ul className="stack-tight">
            {settings.iceServers.map((server) => (
              <li className="row-between" key={server.url}>
                <span>
                  {server.url}
                  {server.username === undefined ? null : (
                    <span className="soft small"> · as {server.username}</span>
                  )}
                </span>
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={`Remove ${server.url}`}
                  onClick={() =>
                    void save({
                      ...settings,
                      iceServers: settings.iceServers.filter((each) => each !== server),
                    })
                  }
                >
                  Remove
                </button>
              </li>
            ))}
          </ul>
        )}
        <span>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              setAdding(true);
            }}
          >
            <Plus className="icon" aria-hidden />
            Add a server
          </button>
        </span>
      </div>
      {adding ? (
        <ServerDialog
          settings={settings}
          save={save}
          error={error}
          onClose={() => {
            setAdding(false);
          }}
        />
      ) : null}
    </Section>
  );
}

const fields = [
  ['url', 'Address', 'Such as stun:stun.example.org or turn:turn.example.org.'],
  ['username', 'User name', 'Only for TURN.'],
  ['credential', 'Password', 'Only for TURN.'],
] as const;

function ServerDialog(props: Props & { readonly onClose: () => void }) {
  const { settings, save, onClose } = props;
  const wallet = useWallet();
  const [form, setForm] = useState({ url: '', username: '', credential: '' });
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const checked = wallet.checkIceServer(form);
    setErrors(checked.ok ? [] : checked.errors);
    if (!checked.ok) return;
    const iceServers = [...settings.iceServers, checked.value];
    void save({ ...settings, iceServers }).then((stored) => {
      if (stored) onClose();
    });
  };
  return (
    <Dialog
      open
      title="Add a STUN or TURN server"
      description="It learns the network addresses of the devices, never what they say."
      onClose={onClose}
    >
      <form className="stack" noValidate onSubmit={submit}>
        <ErrorSummary errors={errors} />
        <ActionError error={props.error} />
        {fields.map(([name, label, hint]) => (
          <Field name={name} label={label} hint={hint} errors={errors} key={name}>
            {(control) => (
              <input
                {...control}
                type={name === 'credential' ? 'password' : 'text'}
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
        ))}
        <button type="submit" className="button button-go button-wide">
          Add
        </button>
      </form>
    </Dialog>
  );
}
