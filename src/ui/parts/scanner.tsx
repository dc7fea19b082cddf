import { QRCanvas, rearCamera, type QRCamera } from 'qr/dom.js';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';

type State = 'starting' | 'looking' | 'denied' | 'none' | 'failed';

/** Nothing: it was taken. A sentence: it is not the expected one. `more`: it was, and further ones are awaited. */
export type Scanned = string | { readonly more: string } | undefined;

/** Reads QR codes with the camera, until one is taken. */
export function Scanner(props: {
  readonly title: string;
  readonly description: string;
  readonly onCode: (text: string) => Promise<Scanned>;
  readonly onClose: () => void;
}) {
  return (
    <Dialog open title={props.title} description={props.description} onClose={props.onClose}>
      <Camera onCode={props.onCode} />
    </Dialog>
  );
}

function Camera(props: { readonly onCode: (text: string) => Promise<Scanned> }) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<State>('starting');
  const [wrong, setWrong] = useState<string>();
  const [more, setMore] = useState<string>();
  const onCode = useRef(props.onCode);
  useEffect(() => {
    onCode.current = props.onCode;
  });

  useEffect(() => {
    const player = video.current;
    if (player === null) return;
    const stopped = new AbortController();
    look(player, stopped.signal, setState, async (text) => {
      const scanned = await onCode.current(text);
      setWrong(typeof scanned === 'string' ? scanned : undefined);
      if (typeof scanned === 'object') setMore(scanned.more);
      return scanned === undefined;
    }).catch((cause: unknown) => {
      if (!stopped.signal.aborted) setState(reasonOf(cause));
    });
    return () => {
      stopped.abort();
    };
  }, []);

  if (state === 'denied' || state === 'none' || state === 'failed') {
    return (
      <Notice tone="look" title={failures[state].title} role="alert">
        <p>{failures[state].next}</p>
      </Notice>
    );
  }
  return (
    <>
      <video className="video" ref={video} muted playsInline aria-label="What the camera sees" />
      <p role="status" className="soft">
        {more ?? (state === 'starting' ? 'Starting the camera…' : 'Looking for a code…')}
      </p>
      {wrong === undefined ? null : <Notice tone="look" title={wrong} role="alert" />}
    </>
  );
}

const failures = {
  denied: {
    title: 'The browser does not let this page use the camera',
    next: 'Allow the camera for this page in the browser’s site settings, or close this and paste the text instead.',
  },
  none: {
    title: 'This device has no camera',
    next: 'Close this and paste the text, or type the short code.',
  },
  failed: {
    title: 'The camera did not start',
    next: 'Another program may be using it. Close that program and try again, or paste the text instead.',
  },
};

function reasonOf(cause: unknown): State {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  // Without a secure address the browser hides the cameras altogether.
  if (name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'TypeError')
    return 'none';
  return 'failed';
}

async function look(
  player: HTMLVideoElement,
  stopped: AbortSignal,
  report: (state: State) => void,
  accept: (text: string) => Promise<boolean>,
): Promise<void> {
  const over = (): boolean => stopped.aborted;
  const camera: QRCamera = await rearCamera(player);
  try {
    const canvas = new QRCanvas();
    let last: string | undefined;
    if (!over()) report('looking');
    while (!over()) {
      await nextFrame();
      const found = await camera.readFrame(canvas, true);
      // The same wrong code stays in view for many frames.
      if (typeof found !== 'string' || found === last || over()) continue;
      last = found;
      if (await accept(found)) return;
    }
  } finally {
    camera.stop();
  }
}

async function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      resolve();
    });
  });
}
