import { Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import type { DescriptorSetView, DescriptorsView } from '../../wallet/index.ts';
import { Confirm } from '../parts/dialog.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Section } from '../parts/page.tsx';
import { Words } from '../parts/words.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

interface Removing {
  readonly digest: string;
  readonly name: string;
}

/** What contracts mean by their calls, as others have written it down: files on this device. */
export function Descriptors({ descriptors }: { readonly descriptors: DescriptorsView }) {
  const wallet = useWallet();
  const action = useAction();
  const file = useRef<HTMLInputElement>(null);
  const [removing, setRemoving] = useState<Removing>();
  const { damaged, registry, snapshots } = descriptors;
  const none = registry === undefined && snapshots.length === 0 && damaged.length === 0;
  const add = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    await action.run(async () =>
      wallet.addDescriptorSnapshot(new Uint8Array(await chosen.arrayBuffer())),
    );
  };
  return (
    <Section title="Descriptions of contracts">
      <div className="card stack">
        <p className="small soft">
          With them a call of a contract reads as a sentence. All approvers should have the same
          files: devices that show different things do not sign. Compare the four words.
        </p>
        <ActionError error={action.error} />
        {none ? (
          <p>Only those of common standards, which are part of this version.</p>
        ) : (
          <ul className="lines">
            {snapshots.map((set) => (
              <li className="row-between" key={set.digest}>
                <DescriptorSet
                  set={set}
                  how="Added on this device; asked before those of the app"
                />
                <Remove onClick={setRemoving} digest={set.digest} name={set.origin} />
              </li>
            ))}
            {damaged.map((digest) => (
              <li className="stack-tight" key={digest}>
                <Notice tone="look" title="A file here is damaged and not used">
                  <p className="mono small">{digest}</p>
                </Notice>
                <span>
                  <Remove onClick={setRemoving} digest={digest} name="the damaged file" />
                </span>
              </li>
            ))}
            {registry === undefined ? null : (
              <li>
                <DescriptorSet set={registry} how="Came with this app" />
              </li>
            )}
          </ul>
        )}
        <span>
          <button
            type="button"
            className="button button-small"
            disabled={action.pending}
            onClick={() => file.current?.click()}
          >
            <Plus className="icon" aria-hidden />
            {action.pending ? 'Checking the file…' : 'Add a file'}
          </button>
          <input
            ref={file}
            type="file"
            hidden
            aria-label="A file of descriptions of contracts"
            accept=".json,application/json"
            onChange={({ target }) => {
              void add(target.files?.[0]);
              target.value = ''; // so that the same file can be chosen again
            }}
          />
        </span>
      </div>
      <Confirm
        open={removing !== undefined}
        onClose={() => {
          setRemoving(undefined);
        }}
        title={`Remove ${removing?.name ?? 'this file'}?`}
        description="Calls of its contracts are then shown with less explanation on this device. The other approvers should remove it as well."
        confirm="Remove"
        tone="loss"
        pending={action.pending}
        onConfirm={() => {
          const { digest = '' } = removing ?? {};
          setRemoving(undefined);
          void action.run(async () => wallet.removeDescriptorSnapshot(digest));
        }}
      />
    </Section>
  );
}

function DescriptorSet({ set, how }: { readonly set: DescriptorSetView; readonly how: string }) {
  return (
    <div className="stack-tight entry">
      <span className="strong">{set.origin}</span>
      <span className="small soft">{how}</span>
      <span className="small soft figures">
        {set.count === 1 ? '1 description' : `${String(set.count)} descriptions`} · taken on{' '}
        {set.imported}
      </span>
      <Words words={set.words} label={`Words of ${set.origin}`} />
      <details className="small">
        <summary>Digest and commit</summary>
        <p>SHA-256</p>
        <p className="mono">{set.digest}</p>
        <p>Commit</p>
        <p className="mono">{set.commit ?? 'not known'}</p>
      </details>
    </div>
  );
}

function Remove({ onClick, ...what }: Removing & { readonly onClick: (what: Removing) => void }) {
  return (
    <button
      type="button"
      className="button-quiet"
      aria-label={`Remove ${what.name}`}
      onClick={() => {
        onClick(what);
      }}
    >
      Remove
    </button>
  );
}
