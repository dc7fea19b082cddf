import { Download } from 'lucide-react';
import { CopyButton } from '../parts/copy-button.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { saveFile } from '../save-file.ts';

/** A signed transaction in hexadecimal digits, to be sent from anywhere. */
export function RawTransaction(props: { readonly raw: string; readonly name: string }) {
  const { raw, name } = props;
  return (
    <Drawer title="The signed transaction, to copy or save">
      <code className="bytes" tabIndex={0} role="region" aria-label="Signed transaction">
        {raw}
      </code>
      <div className="row">
        <CopyButton text={raw} what="transaction" />
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            saveFile(raw, `${name}.txt`, 'text/plain');
          }}
        >
          <Download className="icon" aria-hidden />
          Save as a file
        </button>
      </div>
    </Drawer>
  );
}
