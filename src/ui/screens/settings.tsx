import { Lock } from 'lucide-react';
import { useState } from 'react';
import type { Settings as Stored } from '../../wallet/index.ts';
import { MainNav } from '../parts/main-nav.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Page, Section } from '../parts/page.tsx';
import { useAction } from '../use-action.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';
import { BitcoinServers } from './bitcoin-servers.tsx';
import { Descriptors } from './descriptors.tsx';
import { IceServers } from './ice-servers.tsx';
import { Networks } from './networks.tsx';
import { Relay } from './relay-setting.tsx';
import type { Save } from './save.ts';

const MINUTES = [1, 5, 10, 15, 30, 60, 120];
const THEMES = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function Settings(props: { readonly build: string }) {
  const wallet = useWallet();
  const { settings, descriptors, device, vaults } = useOpen();
  const action = useAction();
  const [reload, setReload] = useState(false);
  const save: Save = async (next) =>
    action.run(async () => {
      const { reloadNeeded } = await wallet.saveSettings(next);
      if (reloadNeeded) setReload(true);
    });
  return (
    <Page
      title="Settings"
      lead="Of this device. They stay on it."
      nav={<MainNav vault={vaults[0]?.id} here="settings" />}
      end={
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            wallet.lock();
          }}
        >
          <Lock className="icon" aria-hidden />
          Lock now
        </button>
      }
    >
      <ActionError error={action.error} />
      <div className="columns">
        <div className="stack">
          <Networks settings={settings} save={save} error={action.error} />
          <BitcoinServers settings={settings} save={save} error={action.error} />
          <Relay settings={settings} save={save} />
          <IceServers settings={settings} save={save} error={action.error} />
          <Descriptors descriptors={descriptors} />
        </div>
        <div className="stack">
          <Section title="Appearance">
            <fieldset className="segments plain">
              <legend className="hidden-visually">Theme</legend>
              {THEMES.map(([theme, label]) => (
                <label className="segment" key={theme}>
                  <input
                    type="radio"
                    name="theme"
                    checked={settings.theme === theme}
                    onChange={() => void save({ ...settings, theme })}
                  />
                  {label}
                </label>
              ))}
            </fieldset>
          </Section>
          <AutoLock settings={settings} save={save} />
          <Storage persisted={device.persisted} />
          <Section title="This device">
            <dl className="card facts">
              <div>
                <dt>Name</dt>
                <dd>{device.name}</dd>
              </div>
              <div>
                <dt>Identity</dt>
                <dd className="mono small">{device.id}</dd>
              </div>
              <div>
                <dt>Version</dt>
                <dd className="mono small">{props.build}</dd>
              </div>
            </dl>
            <p className="small soft">
              Devices that run the same version show the same letters. Countersign has not been
              audited: do not keep money under it that you cannot lose.
            </p>
          </Section>
        </div>
      </div>
      <Confirm
        open={reload}
        onClose={() => {
          setReload(false);
        }}
        title="The page has to load again"
        description="Your settings are stored. The browser itself only lets this page connect to addresses you entered; so it reloads now and asks for your passphrase."
        confirm="Reload now"
        cancel="Later"
        onConfirm={() => {
          window.location.reload();
        }}
      />
    </Page>
  );
}

function AutoLock(props: { readonly settings: Stored; readonly save: Save }) {
  const { settings, save } = props;
  const choices = MINUTES.includes(settings.autoLockMinutes)
    ? MINUTES
    : [...MINUTES, settings.autoLockMinutes].sort((a, b) => a - b);
  return (
    <Section title="Automatic lock">
      <label className="card field">
        <span className="field-label">Lock when nobody touched it for</span>
        <select
          className="input"
          value={settings.autoLockMinutes}
          onChange={(event) =>
            void save({ ...settings, autoLockMinutes: Number(event.target.value) })
          }
        >
          {choices.map((minutes) => (
            <option value={minutes} key={minutes}>
              {minutes === 1 ? '1 minute' : `${String(minutes)} minutes`}
            </option>
          ))}
        </select>
      </label>
    </Section>
  );
}

/** Whether the browser promised to keep the share. */
function Storage(props: { readonly persisted: boolean }) {
  return (
    <Section title="Storage">
      {props.persisted ? (
        <Notice tone="go" title="The browser keeps this device’s share">
          <p>It deletes it only if you clear this page’s data yourself.</p>
        </Notice>
      ) : (
        <Notice tone="look" title="The browser has not promised to keep this device’s share">
          <p>
            When it runs short of space it may delete it. Install Countersign as an app (in the
            browser’s menu) or bookmark it: browsers then keep its data.
          </p>
        </Notice>
      )}
    </Section>
  );
}
