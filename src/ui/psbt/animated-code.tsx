/** A PSBT as a QR code that changes until the other device has seen enough of it. */
import { Pause, Play, SkipForward } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { QrCode } from '../parts/qr-code.tsx';
import type { Frames } from './ur.ts';

const SPEEDS = [
  [600, 'slow'],
  [250, 'normal'],
  [120, 'fast'],
] as const;

const prefersStill = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

export function AnimatedCode(props: { readonly frames: Frames }) {
  const { frames } = props;
  const first = useMemo(() => frames.next(), [frames]);
  const [frame, setFrame] = useState(first);
  const [number, setNumber] = useState(1);
  const [playing, setPlaying] = useState(frames.count > 1 && !prefersStill());
  const [pause, setPause] = useState<number>(SPEEDS[1][0]);
  const step = useMemo(
    () => (): void => {
      setFrame(frames.next());
      setNumber((before) => before + 1);
    },
    [frames],
  );
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(step, pause);
    return () => {
      clearInterval(timer);
    };
  }, [playing, pause, step]);
  return (
    <div className="stack-tight">
      <QrCode text={frame} label="QR code of the PSBT" />
      {frames.count === 1 ? null : (
        <>
          <p className="small soft">
            Frame {((number - 1) % frames.count) + 1} of {frames.count}. Hold the other device’s
            camera on it until that device says that it has everything.
          </p>
          <div className="row">
            <button
              type="button"
              className="button button-small"
              onClick={() => {
                setPlaying(!playing);
              }}
            >
              {playing ? (
                <Pause className="icon" aria-hidden />
              ) : (
                <Play className="icon" aria-hidden />
              )}
              {playing ? 'Stop' : 'Play'}
            </button>
            <button type="button" className="button button-small" disabled={playing} onClick={step}>
              <SkipForward className="icon" aria-hidden />
              Next frame
            </button>
            <label className="row small">
              Speed
              <select
                className="input"
                value={pause}
                onChange={(event) => {
                  setPause(Number(event.target.value));
                }}
              >
                {SPEEDS.map(([ms, label]) => (
                  <option value={ms} key={ms}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </>
      )}
    </div>
  );
}
