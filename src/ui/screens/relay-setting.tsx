import { useState, type SubmitEvent } from 'react';
import type { FieldError, Settings } from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { Section } from '../parts/page.tsx';
import { useOpen, useWallet } from '../wallet-context.tsx';
import type { Save } from './save.ts';

const states = { connecting: 'connecting…', up: 'connected', down: 'not connected' };

/** The broker that carries sealed messages between devices. It can read none of them. */
export function Relay(props: { readonly settings: Settings; readonly save: Save }) {
  const { settings, save } = props;
  const wallet = useWallet();
  const { connection } = useOpen();
  const [text, setText] = useState(settings.relay ?? '');
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const changed = text.trim() !== (settings.relay ?? '');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (text.trim() === '') {
      setErrors([]);
      void save({ ...settings, relay: undefined });
      return;
    }
    const checked = wallet.checkRelay(text.trim());
    setErrors(checked.ok ? [] : checked.errors.map(({ message }) => ({ field: 'relay', message })));
    if (checked.ok) void save({ ...settings, relay: checked.value });
  };
  return (
    <Section title="Relay">
      <form className="card stack" noValidate onSubmit={submit}>
        <p>
          <span className={connection.relay === 'up' ? 'dot dot-on' : 'dot'} aria-hidden />{' '}
          <span className="strong">{states[connection.relay]}</span>
          {connection.relay === 'down' && connection.reason !== undefined ? (
            <span className="soft"> · {connection.reason}</span>
          ) : null}
        </p>
        <Field
          name="relay"
          label="Address of the relay"
          hint="Empty: the server this page came from. All devices of a vault need the same relay. It carries sealed messages and can read none."
          errors={errors}
        >
          {(control) => (
            <input
              {...control}
              value={text}
              inputMode="url"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="wss://…"
              onChange={(event) => {
                setText(event.target.value);
              }}
            />
          )}
        </Field>
        <button type="submit" className="button button-small" disabled={!changed}>
          Save the relay
        </button>
      </form>
    </Section>
  );
}
